import { beforeEach, describe, expect, it, vi } from "vitest";
import { DAMAGED } from "../../src/shared/frame.ts";
import type { Model } from "../../src/shared/model/model.ts";
import panel from "../../src/training_panel.ts";
import { floats, ints, modelOf, trainingState } from "../shared/models.ts";
import { closeView, find, frames, mount, named, press, render, usePage } from "../shared/page.ts";

let sent: unknown[];
let seen: number;

usePage();
beforeEach(() => {
  sent = [];
  seen = 0;
});

const visible = (one: HTMLElement | undefined) =>
  one !== undefined && one.closest("[hidden]") === null;

function open(changes: Record<string, unknown>): Model {
  const model = modelOf(trainingState(changes));
  model.send = (content) => {
    if ((content as { command: string }).command === "seen") seen++;
    else sent.push(content);
  };
  render(panel, model);
  return model;
}
const enter = (field: HTMLInputElement, text: string) => {
  field.value = text;
  field.dispatchEvent(new Event("input"));
  field.dispatchEvent(new Event("change"));
  frames();
};

describe("the tabs", () => {
  it("choose the view by click and by key, as one tab stop", () => {
    const model = open({});
    const tabs = () => find('[role="tab"]');
    tabs()[2]?.click();
    tabs()[2]?.focus();
    frames();
    expect(model.get("view")).toBe("data");
    expect(tabs().map((tab) => tab.tabIndex)).toEqual([-1, -1, 0, -1, -1]);
    for (const [key, view] of [
      ["ArrowRight", "classes"],
      ["End", "notes"],
      ["ArrowRight", "curves"],
      ["ArrowLeft", "notes"],
      ["Home", "curves"],
    ] as const) {
      press(document.activeElement, key);
      expect(model.get("view"), key).toBe(view);
    }
    expect(find('[role="tabpanel"]').map((element) => element.hidden)).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it("follow Python", () => {
    const model = open({});
    model.set("view", "notes");
    frames();
    expect(find(".bw-noted li").map((element) => element.textContent)).toEqual([
      "step 2It goes on.",
      "step 0It began.",
    ]);
  });
});

describe("the form", () => {
  const ready = { state: "ready", _train: null, _valid: null };

  it("sets one value and leaves the others as they are", () => {
    const model = open(ready);
    const inputs = find(".bw-form input") as HTMLInputElement[];
    expect(inputs.map((element) => element.value)).toEqual(["2", "2e-5", "", "on"]);
    enter(inputs[0] as HTMLInputElement, "5");
    expect(model.get("values")).toEqual({
      epochs: 5,
      learning_rate: 2e-5,
      patience: null,
      schedule: "linear",
      compile: false,
    });
    enter(inputs[0] as HTMLInputElement, "0");
    expect(model.get("values")).toMatchObject({ epochs: 5 });
    expect(mount().textContent).toMatch("“0” is not valid");
  });

  it("keeps two changes made before Python answers", () => {
    const model = open(ready);
    const [epochs, rate] = find(".bw-form input") as [HTMLInputElement, HTMLInputElement];
    for (const [field, text] of [
      [epochs, "4"],
      [rate, "1e-4"],
    ] as const) {
      field.value = text;
      field.dispatchEvent(new Event("change"));
    }
    expect(model.get("values")).toMatchObject({ epochs: 4, learning_rate: 1e-4 });
  });

  it("shows the old value again if Python rejects the new one", () => {
    const model = open(ready);
    const before = model.get("values");
    const field = find(".bw-form input")[0] as HTMLInputElement;
    enter(field, "7");
    model.set("values", before);
    frames();
    expect(field.value).toBe("2");
  });

  it("offers the suggested rate as displayed", () => {
    const model = open({
      ...ready,
      suggested_rate: 3.21987e-4,
      _finder: floats(1e-7, 1, 1e-3, 0.5),
    });
    named("Find learning rate")?.click();
    expect(sent).toEqual([{ command: "find_learning_rate" }]);
    named("Use 3.2e-04")?.click();
    expect(model.get("values")).toMatchObject({ learning_rate: 3.2e-4, epochs: 2 });
  });

  it("cancels a search", () => {
    open({ ...ready, finding: true, _finder: floats(1e-7, 1) });
    named("Cancel search")?.click();
    expect(sent).toEqual([{ command: "cancel_search" }]);
  });

  it("is hidden once the run has started", () => {
    const model = open(ready);
    expect(visible(find(".bw-form")[0])).toBe(true);
    model.set("state", "running");
    frames();
    expect(visible(find(".bw-form")[0])).toBe(false);
  });
});

describe("the probe history", () => {
  const view = { view: "probes" };
  const texts = () => find(".bw-probe-text").map((element) => element.textContent);

  it("draws the words of the snapshot in view, in the colours of their scores", () => {
    const model = open(view);
    expect(texts()).toEqual(["not 😀"]);
    const words = () =>
      find(".bw-word").map((element) => element.classList.contains("bw-negative"));
    expect(words()).toEqual([true, false]);
    expect(find(".bw-snapshot-step")[0]?.textContent).toBe("step 2");
    model.set("snapshot", 0);
    frames();
    expect(words()).toEqual([false, false]);
    expect(find(".bw-snapshot-step")[0]?.textContent).toBe("step 0");
    expect(find(".bw-probe-bar").map((element) => element.textContent)).toEqual([
      "negative50.0%",
      "positive50.0%",
    ]);
  });

  it("plays to its end, then follows the run", () => {
    const model = open(view);
    named("Play the probe history")?.click();
    expect(model.get("snapshot")).toBe(0);
    vi.advanceTimersByTime(500);
    expect(model.get("snapshot")).toBeNull();
    frames();
    vi.advanceTimersByTime(1000);
    expect(visible(named("Play the probe history"))).toBe(true);
  });

  it("steps by its buttons, and stops at the ends", () => {
    const model = open(view);
    expect((named("Next step") as HTMLButtonElement).disabled).toBe(true);
    named("Previous step")?.click();
    frames();
    expect(model.get("snapshot")).toBe(0);
    expect((named("Previous step") as HTMLButtonElement).disabled).toBe(true);
  });

  it("adds and removes probes", () => {
    const model = open(view);
    const field = find(".bw-adder input")[0] as HTMLInputElement;
    field.value = "  <b>so</b> so ";
    named("Add")?.click();
    expect(model.get("probes")).toEqual(["not 😀", "<b>so</b> so"]);
    frames();
    expect(texts()).toEqual(["not 😀", "<b>so</b> so"]);
    expect(find(".bw-probe b")).toEqual([]);
    field.value = "not 😀";
    named("Add")?.click();
    expect(model.get("probes")).toHaveLength(2);
    named("Remove probe 1")?.click();
    expect(model.get("probes")).toEqual(["<b>so</b> so"]);
  });
});

describe("the panel", () => {
  it("names its run, and shows another one after a click in the legend", () => {
    const model = open({ runs: ["a", "b"] });
    find(".bw-run")[1]?.click();
    expect(model.get("shown")).toBe(1);
    frames();
    expect(find(".bw-run").map((element) => element.getAttribute("aria-pressed"))).toEqual([
      "false",
      "true",
    ]);
  });

  it("hides and shows the curves of a run, and lists the figures of each", () => {
    const model = open({
      runs: ["a", "b"],
      _valid: floats(0, 2, 0.7, 0.6, 0.5, 1, 2, 0.9, 0.4, 0.3),
    });
    const boxes = () => find(".bw-runs input") as HTMLInputElement[];
    boxes()[1]?.click();
    model.set("step", 3);
    frames();
    expect(boxes().map(({ checked }) => checked)).toEqual([true, false]);
    boxes()[1]?.click();
    expect(boxes().map(({ checked }) => checked)).toEqual([true, true]);
    expect(model.get("shown")).toBe(0);
    expect(find(".bw-run-table tbody tr").map((row) => row.textContent)).toEqual([
      "a20.8000.7000.6000.500",
      "b0–0.9000.4000.300",
    ]);
  });

  it("reads values at the cursor, which the arrow keys move", () => {
    open({ _train: floats(0, 1, 0.9, 0.9, 2e-5, 1, 0, 2, 0.5, 0.5, 1e-5, 2) });
    const rate = () => find(".bw-charts .bw-chart")[2]?.querySelector(".bw-key-value")?.textContent;
    expect(rate()).toBe("1e−5");
    press(find(".bw-chart-loss .bw-over")[0], "ArrowLeft");
    press(find(".bw-chart-loss .bw-over")[0], "ArrowLeft");
    expect(find(".bw-chart-loss .bw-legend-step")[0]?.textContent).toBe("step 1");
    expect(rate()).toBe("2e−5");
  });

  it("shows warnings separately from errors", () => {
    open({ problem: "The disk is full: free some space and resume.", error: "" });
    expect(visible(find(".bw-problem")[0])).toBe(true);
    expect(find(".bw-banner")[0]?.hidden).toBe(true);
  });

  it.each(["curves", "probes", "data", "classes", "notes"])(
    "offers no control that needs Python in a saved copy: %s",
    (view) => {
      const model = open({ view, _static: true, runs: ["a"] });
      model.set = () => {
        throw new Error("nothing is sent");
      };
      const changing = find("button, input").filter(
        (element) =>
          visible(element) &&
          !element.matches(
            '[role="tab"], .bw-term, .bw-player *, .bw-curves *, .bw-classes *, [class*="bw-keys"], .bw-keys *',
          ),
      );
      expect(changing).toEqual([]);
      expect(mount().textContent).toMatch("Saved copy: no kernel attached.");
    },
  );

  it("says what is wrong with a forged state, and stays usable", () => {
    const model = open({});
    model.set("_probe_history_targets", ints(7, 7));
    const log = vi.spyOn(console, "error").mockReturnValueOnce();
    vi.advanceTimersByTime(1000);
    expect(find('.bw-banner[role="alert"]')[0]?.textContent).toBe(DAMAGED);
    expect(log).toHaveBeenCalledWith(expect.stringContaining("_probe_history_targets"));
    model.set("_probe_history_targets", ints(1, 1));
    frames();
    expect(find(".bw-banner")[0]?.hidden).toBe(true);
    named("Pause")?.click();
    expect(sent).toEqual([{ command: "pause" }]);
  });

  it("leaves nothing behind when it closes", () => {
    const model = open({ view: "probes" });
    named("Play the probe history")?.click();
    closeView();
    const frame = model.get("snapshot");
    vi.advanceTimersByTime(5000);
    expect(model.get("snapshot")).toBe(frame);
    expect(mount().childNodes).toHaveLength(0);
  });
});

describe("keeping up", () => {
  const draw = (model: Model, step: number) => {
    model.set("step", step);
    frames();
  };

  it("is said after a state was drawn, at once and then every two seconds at most", () => {
    const model = open({ state: "running" });
    expect(seen).toBe(1);
    for (let step = 1; step <= 100; step++) draw(model, step); // five seconds
    expect(seen).toBe(3);
    vi.advanceTimersByTime(60_000);
    expect(seen).toBe(4);
    draw(model, 101);
    expect(seen).toBe(5);
  });

  it("is not said by a page that draws nothing, by a closed one, or by a saved one", () => {
    const model = open({ state: "running" });
    vi.advanceTimersByTime(60_000);
    expect(seen).toBe(1);
    vi.stubGlobal("requestAnimationFrame", () => 1); // as a hidden page has it
    model.set("step", 1);
    vi.advanceTimersByTime(60_000);
    expect(seen).toBe(1);
    vi.unstubAllGlobals();
    closeView();
    open({ _static: true });
    vi.advanceTimersByTime(60_000);
    expect(seen).toBe(1);
  });
});
