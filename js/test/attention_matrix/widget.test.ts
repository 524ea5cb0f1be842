import { beforeEach, describe, expect, it, vi } from "vitest";
import widget from "../../src/attention_matrix.ts";
import { DAMAGED } from "../../src/shared/frame.ts";
import type { Model } from "../../src/shared/model/model.ts";
import { bytes, floats, ints, modelOf } from "../shared/models.ts";
import {
  click,
  closeView,
  find,
  frames,
  mount,
  named,
  press,
  render,
  set,
  usePage,
} from "../shared/page.ts";
import { attentionState, mapEntry } from "./models.ts";
import { drawsNothing } from "./page.ts";

usePage();
beforeEach(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(drawsNothing as never);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(862);
});

const canvas = () => find("canvas")[0];

function open(changes: Record<string, unknown> = {}): Model & { sent: unknown[] } {
  const sent: unknown[] = [];
  const model = {
    ...modelOf(attentionState(changes)),
    send: (message: unknown) => sent.push(message),
    sent,
  };
  render(widget, model);
  return model;
}

describe("the attention matrix", () => {
  it("has four views, one at a time, chosen by click and by arrow", () => {
    const model = open();
    for (const [name, view] of [
      ["All heads", "mosaic"],
      ["Lines", "lines"],
      ["Query-key", "query_key"],
      ["Matrix", "matrix"],
    ]) {
      click(name ?? "");
      expect(model.get("view")).toBe(view);
      expect(find("canvas")).toHaveLength(1);
      expect(
        find('[role="radio"][aria-checked="true"]').map((element) => element.textContent),
      ).toEqual([name]);
    }
    press(named("Matrix"), "ArrowRight");
    expect(model.get("view")).toBe("lines");
    press(named("Lines"), "Home");
    expect(model.get("view")).toBe("mosaic");
  });

  it("steps through layers and heads, and stops at the ends", () => {
    const model = open();
    click("Next head");
    click("Next head");
    click("Previous layer");
    expect([model.get("layer"), model.get("head")]).toEqual([0, 1]);
  });

  it("shows that a head is loading or was not saved", () => {
    const model = open({ head: 1 });
    const status = () => find('.bw-plot [role="status"]')[0];
    expect(status()?.textContent).toBe("Loading layer 1, head 1…");
    set(model, { _static: true });
    expect(status()?.textContent).toBe("Layer 1, head 1 was not saved with this page.");
    set(model, { head: 0 });
    expect(status()?.hidden).toBe(true);
  });

  it("shows a head as soon as it arrives", () => {
    const model = open({ head: 1 });
    expect(find(".bw-strength")).toHaveLength(0);
    set(model, {
      _slot_1: bytes(...new Array(9).fill(128)),
      _slots: [...(model.get("_slots") as unknown[]), [mapEntry("weights", 1, 1, 1, 0)]],
    });
    expect(find(".bw-strength .bw-number")[0]?.textContent).toBe("0.50");
  });

  it("offers only the saved heads in a saved copy, and lists them", () => {
    open({ _static: true });
    const layers = find('select[aria-label="Layer"] option') as HTMLOptionElement[];
    const heads = find('select[aria-label="Head"] option') as HTMLOptionElement[];
    expect(layers.map(({ disabled }) => disabled)).toEqual([true, false, false]);
    expect(heads.map(({ disabled }) => disabled)).toEqual([true, false, true]);
    expect(mount().textContent).toContain("2 of 4 heads in full");
  });

  it("states the limits of attention, beside the measured effect of the head", () => {
    const model = open();
    expect(mount().textContent).toContain(
      "Attention shows where a head looks, not why the model decided.",
    );
    expect(mount().textContent).toContain(
      "Without layer 1, head 0: logit of positive 2.31 → 1.90 (effect +0.41, exact).",
    );
    set(model, { head: 1 });
    expect(mount().textContent).toContain(
      "2.31 → 2.71 (effect −0.40, estimated from one gradient).",
    );
  });

  it("moves by the keys, and selects the word and the token", () => {
    const model = open();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) press(canvas(), key);
    expect(find(".bw-cell-reading")[0]?.textContent).toBe("“so”→“so”0.200");
    press(canvas(), "Enter");
    expect([model.get("selected"), model.get("token")]).toEqual([0, 1]);
    press(canvas(), "Escape");
    expect([model.get("selected"), model.get("token")]).toEqual([null, null]);
  });

  it("reads the cell under the pointer", () => {
    open();
    const at = { bubbles: true, clientX: 70, clientY: 60 };
    canvas()?.dispatchEvent(new PointerEvent("pointermove", at));
    frames();
    expect(find(".bw-cell-weight")[0]?.textContent).toMatch(/^0\.\d+$/);
  });

  it("shows how much attention went to hidden tokens", () => {
    open({
      row_labels: ["so", "so"],
      _row_tokens: ints(-1, 0, 1),
      specials: false,
      _slots: [[mapEntry("weights", 1, 0, 0.6, 0.75)]],
      _slot_0: bytes(255, 100, 100, 255),
      _left_out: floats(0.75, 0.5),
    });
    expect(find(".bw-readings")[0]?.textContent).toContain("Up to 75.0% of a row");
  });
});

describe("the mosaic", () => {
  it("opens, switches off and leaves heads by the keys", () => {
    const model = open({ view: "mosaic" });
    press(canvas(), "ArrowRight");
    press(canvas(), "ArrowRight");
    expect(find(".bw-head-name")[0]?.textContent).toBe("Layer 1, head 1");
    press(canvas(), "x");
    expect(model.get("ablated")).toEqual([[1, 1]]);
    press(canvas(), "Delete");
    expect(model.get("ablated")).toEqual([]);
    press(canvas(), "Enter");
    expect(["view", "layer", "head"].map((name) => model.get(name))).toEqual(["matrix", 1, 1]);
  });

  it("lets touch switch off the chosen head by its corner, and open any other", () => {
    const model = open({ view: "mosaic", layer: 0, head: 1 });
    const tap = (head: number) => {
      const corner = { clientX: 22 + head * 78 + 72 - 20, clientY: 22 + 4 };
      const how = { ...corner, bubbles: true, pointerType: "touch" };
      canvas()?.dispatchEvent(new PointerEvent("click", how));
      frames();
    };
    tap(1);
    expect([model.get("ablated"), model.get("view")]).toEqual([[[0, 1]], "mosaic"]);
    tap(1);
    expect(model.get("ablated")).toEqual([]);
    tap(0);
    expect(["ablated", "view", "head"].map((name) => model.get(name))).toEqual([[], "matrix", 0]);
  });

  it("changes nothing in a saved copy", () => {
    const model = open({ view: "mosaic", _static: true });
    press(canvas(), "x");
    expect(model.get("ablated")).toEqual([]);
    expect(named("Switch off")?.hidden).toBe(true);
    expect(named("Measure effects")?.hidden).toBe(true);
  });

  it("shows the changed prediction, and resets it", () => {
    const model = open({
      view: "mosaic",
      ablated: [[1, 0]],
      ablated_probabilities: floats(0.6, 0.4),
    });
    expect(mount().textContent).toContain("1 head off: P(positive) 75.0% → 40.0%");
    click("Switch all heads on");
    expect(model.get("ablated")).toEqual([]);
  });

  it("starts and stops measuring effects", () => {
    const model = open({ view: "mosaic", effects_progress: 0, measuring: false });
    expect(named("Cancel")?.hidden).toBe(true);
    click("Measure effects");
    set(model, { effects_progress: 0.42, measuring: true });
    expect(mount().textContent).toContain("Measuring effects: 42%");
    click("Cancel");
    expect(model.sent).toEqual([{ command: "effects" }, { command: "cancel" }]);
    set(model, { effects_progress: 1 });
    expect(named("Cancel")?.hidden).toBe(true);
  });
});

describe("the lines", () => {
  it("draw up to six heads, and never none", () => {
    const model = open({ view: "lines" });
    click("Head 1");
    expect(model.get("line_heads")).toEqual([0, 1]);
    click("Head 0");
    expect(model.get("line_heads")).toEqual([1]);
    click("Head 1");
    expect(model.get("line_heads")).toEqual([1]);
  });

  it("isolate a token by the keys", () => {
    const model = open({ view: "lines" });
    expect(find(".bw-line-count")[0]?.textContent).toMatch(/^5 lines/);
    press(canvas(), "ArrowDown");
    expect([model.get("token"), model.get("selected")]).toEqual([0, null]);
    press(canvas(), "ArrowDown");
    expect([model.get("token"), model.get("selected")]).toEqual([1, 0]);
    expect(find(".bw-line-count")[0]?.textContent).toMatch(/^3 lines/);
  });
});

describe("the query-key view", () => {
  it("shows one head, and a message until it is available", () => {
    const model = open({ view: "query_key" });
    const status = () => find('.bw-plot [role="status"]')[0];
    expect(status()?.hidden).toBe(true);
    set(model, { head: 1 });
    expect(status()?.textContent).toBe("Loading layer 1, head 1…");
    set(model, { head: -1 });
    expect(status()?.textContent).toContain("Choose one layer and one head");
  });

  it("moves between queries by the keys", () => {
    const model = open({ view: "query_key" });
    press(canvas(), "End");
    expect(model.get("token")).toBe(2);
    press(canvas(), "ArrowUp");
    expect([model.get("token"), model.get("selected")]).toEqual([1, 0]);
    expect(find(".bw-query-key-reading")[0]?.textContent).toContain("The query of “so”");
  });

  it("says if the scores have other terms besides the products", () => {
    open({ view: "query_key", _query_key_complete: false });
    expect(find(".bw-query-key-notes")[0]?.textContent).toContain("also adds a term for positions");
  });
});

describe("the options", () => {
  it("are hidden until they are opened", () => {
    const model = open();
    const measure = find('select[aria-label="Measure"]')[0] as HTMLSelectElement;
    const panel = () => measure.closest<HTMLElement>(".bw-choices");
    expect(panel()?.hidden).toBe(true);
    click("Options");
    expect(panel()?.hidden).toBe(false);
    measure.value = "rollout";
    measure.dispatchEvent(new Event("change"));
    click("Special tokens");
    expect([model.get("measure"), model.get("specials")]).toEqual(["rollout", false]);
  });

  it("have a filter only for pairs", () => {
    const model = open();
    click("Options");
    const pair = find('select[aria-label="Pair"]')[0] as HTMLSelectElement;
    expect(pair.closest("label")?.hidden).toBe(true);
    set(model, { pair: "and so", token_segments: bytes(255, 0, 1) });
    expect(pair.closest("label")?.hidden).toBe(false);
  });
});

it("says what is wrong with a forged state, and stays alive", () => {
  const model = open();
  set(model, { ablated: [[9, 9]] });
  vi.spyOn(console, "error").mockReturnValueOnce();
  vi.advanceTimersByTime(1000);
  expect(find('[role="alert"]')[0]?.textContent).toBe(DAMAGED);
  set(model, { ablated: [] });
  expect(find('[role="alert"]')[0]?.hidden).toBe(true);
});

it("leaves nothing behind when it closes", () => {
  const model = open();
  closeView();
  set(model, { head: 1 });
  expect(mount().childNodes).toHaveLength(0);
});
