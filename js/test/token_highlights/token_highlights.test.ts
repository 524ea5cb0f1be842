import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Model } from "../../src/shared/model/model.ts";
import highlights from "../../src/token_highlights.ts";
import { floats, highlightsState, modelOf } from "../shared/models.ts";

let el: HTMLElement;
let closing: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  el = document.createElement("div");
  document.body.replaceChildren(el);
  closing = new AbortController();
});
afterEach(() => {
  closing.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const frames = () => vi.advanceTimersByTime(50);

function open(changes: Record<string, unknown> = {}): { model: Model; sent: unknown[] } {
  const model = modelOf(highlightsState(changes));
  const sent: unknown[] = [];
  model.send = (content) => {
    sent.push(content);
  };
  highlights.render({ model, el, signal: closing.signal });
  frames();
  return { model, sent };
}

const find = (selector: string) => [...el.querySelectorAll<HTMLElement>(selector)];
const shown = (selector: string) =>
  find(selector).filter((element) => !element.closest("[hidden]"));
const words = () => find('[role="option"]');
const named = (name: string) =>
  find("button, select").find(
    (control) => (control.getAttribute("aria-label") ?? control.textContent) === name,
  );
const click = (name: string) => {
  named(name)?.click();
  frames();
};
const press = (target: Element | null | undefined, key: string, more: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, composed: true, ...more });
  target?.dispatchEvent(event);
  frames();
};
const chosen = () =>
  words().flatMap((word, i) => (word.getAttribute("aria-selected") === "true" ? [i] : []));
const choose = (name: string, value: string) => {
  const select = named(name) as HTMLSelectElement;
  select.value = value;
  select.dispatchEvent(new Event("change"));
  frames();
};

describe("the options", () => {
  it("are closed at first, and each sets its trait", () => {
    const { model } = open({
      _baselines: [
        ["pad", "Padding"],
        ["zero", "Zero vector"],
      ],
    });
    expect(shown(".bw-options")).toEqual([]);
    click("More");
    expect(named("More")?.getAttribute("aria-expanded")).toBe("true");
    choose("Against", "negative");
    choose("Measured as", "probability");
    choose("Baseline", "zero");
    choose("What is scored", "sentences");
    expect(["against", "output", "baseline", "unit"].map((name) => model.get(name))).toEqual([
      "negative",
      "probability",
      "zero",
      "sentences",
    ]);
  });

  it("describe what is scored", () => {
    open({ against: "negative", output: "logit" });
    expect(find(".bw-legend")[0]?.textContent).toContain("towards positive rather than negative");
    expect(find(".bw-remarks")[0]?.textContent).toContain("log-odds, −3.20 from the baseline");
  });

  it("clear the other class if it becomes the target", () => {
    const { model } = open({ against: "negative" });
    find('[role="radio"]')[0]?.click();
    expect([model.get("target"), model.get("against")]).toEqual(["negative", ""]);
  });

  it("only control what is shown without a kernel", () => {
    open({ _static: true });
    click("More");
    expect(shown(".bw-options select")).toEqual([]);
    expect(shown(".bw-toggles button").map((button) => button.textContent)).toEqual(["Tokens"]);
  });
});

describe("the class to explain", () => {
  const options = () =>
    [...(named("Class to explain") as HTMLSelectElement).options].map(({ text }) => text);

  it("is chosen in the list too, whose first entry follows the prediction again", () => {
    const { model } = open({ against: "negative", target: "positive", chosen_target: "positive" });
    expect((named("Class to explain") as HTMLSelectElement).value).toBe("positive");
    choose("Class to explain", "");
    expect(["chosen_target", "against"].map((name) => model.get(name))).toEqual(["", ""]);
    expect(find(".bw-stale")).toHaveLength(1);
    choose("Class to explain", "negative");
    expect(["chosen_target", "target"].map((name) => model.get(name))).toEqual([
      "negative",
      "negative",
    ]);
    expect(options()).toEqual(["predicted (positive)", "negative", "positive"]);
  });

  it("stays the same if the predicted class is chosen", () => {
    const { model } = open();
    choose("Class to explain", "positive");
    expect(model.get("chosen_target")).toBe("positive");
    expect(find(".bw-stale, .bw-computing")).toEqual([]);
  });

  it("cannot be chosen in a saved page, or if there is only one", () => {
    open({ _static: true, chosen_target: "positive" });
    expect(shown(".bw-bars-caption select")).toEqual([]);
    expect(find(".bw-bars-caption")[0]?.textContent).toMatch("explained for the marked class");
    open({ labels: ["positive"], probabilities: floats(1) });
    expect(shown(".bw-bars-caption select")).toEqual([]);
  });
});

describe("a method without signs", () => {
  it("has a separate scale and describes influence", () => {
    open({ method: "saliency", shown_method: "saliency", scores: floats(2, 1, 0.5), selected: 0 });
    expect(find(".bw-legend")[0]?.textContent).toContain("influence on positive");
    expect(shown(".bw-against")).toEqual([]);
    expect(find(".bw-detail")[0]?.textContent).toMatch(/2\.00influence on positive/);
  });
});

describe("the word menu", () => {
  const openMenu = () => {
    words()[1]?.click();
    frames();
    press(words()[1], "Enter");
  };

  it("opens on a selected word and asks a what-if question", () => {
    const { model } = open();
    openMenu();
    expect(shown('[role="menuitem"]').map((item) => item.textContent)).toEqual([
      "Mask",
      "Delete",
      "Replace with…",
    ]);
    click("Delete");
    expect(model.get("edit")).toEqual({ word: 1, action: "delete", with: "" });
    expect(shown(".bw-menu")).toEqual([]);
    expect(shown(".bw-what-if")[0]?.textContent).toContain("is deleted");
    expect(shown(".bw-what-if")[0]?.textContent).toContain("Computing the prediction…");
  });

  it("opens with the context-menu key, and Escape returns to its word", () => {
    open();
    words()[2]?.dispatchEvent(new Event("contextmenu", { bubbles: true, cancelable: true }));
    frames();
    expect(document.activeElement?.textContent).toBe("Mask");
    press(document.activeElement, "ArrowDown");
    expect(document.activeElement?.textContent).toBe("Delete");
    press(document.activeElement, "Escape");
    expect(shown(".bw-menu")).toEqual([]);
    expect(document.activeElement).toBe(words()[2]);
  });

  it("replaces a word with another", () => {
    const { model } = open();
    openMenu();
    click("Replace with…");
    const field = find(".bw-replace input")[0] as HTMLInputElement;
    expect(field.value).toBe("bad");
    field.value = "good";
    press(field, "Enter");
    expect(model.get("edit")).toEqual({ word: 1, action: "replace", with: "good" });
  });

  it("is not available without a kernel", () => {
    open({ _static: true });
    openMenu();
    expect(shown(".bw-menu")).toEqual([]);
  });
});

describe("what if", () => {
  const edit = { word: 0, action: "delete", with: "" };
  const edited = { edit, text: "bad 😀", pair: "", probabilities: [0.9, 0.1], label: "negative" };

  it("shows the change of every class, and applies the text", () => {
    const { model } = open({ edit, edited });
    const changes = find(".bw-change").map((change) => change.textContent);
    expect(changes).toEqual([
      "negative25.0% → 90.0%+65.0 points",
      "positive75.0% → 10.0%−65.0 points",
    ]);
    click("Apply");
    expect([model.get("text"), model.get("edit")]).toEqual(["bad 😀", {}]);
  });

  it("waits for the answer to its own question", () => {
    const { model } = open({ edit: { ...edit, action: "mask" }, edited });
    expect(find(".bw-change")).toEqual([]);
    expect((named("Apply") as HTMLButtonElement).disabled).toBe(true);
    click("Close");
    expect(model.get("edit")).toEqual({});
    expect(shown(".bw-what-if")).toEqual([]);
  });
});

describe("several words", () => {
  it("are selected with Shift and scored as one span", () => {
    const { model } = open();
    words()[0]?.click();
    press(words()[0], "ArrowRight", { shiftKey: true });
    expect(chosen()).toEqual([0, 1]);
    expect(find(".bw-detail")[0]?.textContent).toMatch(/^not bad\+1\.00/);
    press(words()[1], "Enter");
    click("Score as one span");
    expect([model.get("unit"), model.get("spans")]).toEqual(["spans", [[0, 7, 0]]]);
  });

  it("are changed together", () => {
    const { model } = open();
    words()[0]?.click();
    words()[1]?.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
    frames();
    press(words()[1], "Delete");
    expect(model.get("edit")).toEqual({ words: [0, 1], action: "delete", with: "" });
  });

  it("are scored separately again", () => {
    const { model } = open({
      unit: "spans",
      spans: [
        [0, 3, 0],
        [4, 9, 0],
      ],
    });
    words()[0]?.click();
    frames();
    press(words()[0], "Enter");
    click("Score each word separately");
    expect([model.get("unit"), model.get("spans")]).toEqual(["spans", [[4, 9, 0]]]);
  });

  it("are one word again once another is selected", () => {
    const { model } = open();
    words()[0]?.click();
    press(words()[0], "ArrowRight", { shiftKey: true });
    model.set("selected", 2);
    frames();
    expect(chosen()).toEqual([2]);
  });
});

describe("undo and redo", () => {
  it("are commands, by button and by key", () => {
    const { sent } = open({ can_undo: true, can_redo: true });
    click("Undo");
    press(words()[0], "z", { ctrlKey: true });
    press(words()[0], "y", { ctrlKey: true });
    press(words()[0], "Z", { metaKey: true, shiftKey: true });
    expect(sent.map((message) => (message as { command: string }).command)).toEqual([
      "undo",
      "undo",
      "redo",
      "redo",
    ]);
  });

  it("do nothing if there is nothing to undo", () => {
    const { sent } = open();
    press(words()[0], "z", { ctrlKey: true });
    expect(sent).toEqual([]);
  });
});

describe("refinement", () => {
  it("keeps the nodes, is announced, and hides the badge until it ends", () => {
    const { model } = open({ badge: "Removing these 2 words changes little.", badge_words: [0] });
    const before = words();
    model.set("shown_method", "saliency");
    model.set("refining", true);
    model.set("scores", floats(1, 2, 0.1));
    frames();
    expect(words()[1]).toBe(before[1]);
    expect(find(".bw-stale")).toEqual([]);
    expect(find(".bw-remark")[0]?.textContent).toMatch(
      /^Refining: these are quick scores computed with/,
    );
    expect(shown(".bw-badge")).toEqual([]);
    model.set("refining", false);
    frames();
    const badge = shown(".bw-badge")[0];
    badge?.dispatchEvent(new Event("focus"));
    expect(find(".bw-pointed")).toEqual([words()[0]]);
    badge?.dispatchEvent(new Event("blur"));
    expect(find(".bw-pointed")).toEqual([]);
  });

  it("counts the completed windows without announcing them", () => {
    const refining = { shown_method: "saliency", refining: true };
    const { model } = open({ ...refining, windows: 10, progress: 0.3 });
    expect(find(".bw-remark")[0]?.textContent).toMatch(
      /will replace them\. 3 of 10 windows done\.$/,
    );
    const bar = find(".bw-counted .bw-done")[0];
    expect(bar?.style.width).toBe("30%");
    const sentence = find(".bw-remark > span")[1];
    model.set("progress", 0.4);
    frames();
    expect(bar?.style.width).toBe("40%");
    expect(find(".bw-remark > span")[1]).toBe(sentence);
    expect(sentence?.querySelector("[aria-hidden]")?.textContent).toMatch("4 of 10");
    model.set("refining", false);
    model.set("progress", 0);
    frames();
    expect(find(".bw-counted, .bw-computing")).toEqual([]);
  });

  it("shows warnings with an icon as well as a colour", () => {
    open({ warnings: ["The methods disagree."] });
    const [warning] = find(".bw-warnings li");
    expect(warning?.textContent).toBe("The methods disagree.");
    expect(warning?.querySelector("svg")).not.toBeNull();
  });
});

describe("rows and evidence", () => {
  it("show each class in the same colours, and its score of the selected word", () => {
    const scores = floats(-2, 1, 0, 2, -1, 0.5);
    const { model } = open({ compare: true, class_scores: scores, selected: 0 });
    click("More");
    expect(shown(".bw-row-label").map((label) => label.textContent)).toEqual([
      "negative25.0%",
      "positive75.0%",
    ]);
    expect(shown(".bw-row [role=img]")[1]?.getAttribute("aria-label")).toBe(
      "positive: not +2.00, bad −1.00, 😀 +0.50",
    );
    expect(find(".bw-detail .bw-detail-chip").map((chip) => chip.textContent)).toContain(
      "negative−2.00",
    );
    click("Rows per class");
    expect(model.get("compare")).toBe(false);
  });

  it("wait for scores that match the words", () => {
    open({ by_layer: true, layer_scores: floats(1, 2) });
    expect(shown(".bw-row")).toEqual([]);
    expect(shown("section[aria-label='Layer by layer']")[0]?.textContent).toContain("Computing…");
  });

  it("request the deletion curve once per question", () => {
    const { model, sent } = open();
    click("Evidence");
    model.set("selected", 1);
    frames();
    expect(sent).toEqual([{ command: "evidence" }]);
    model.set("deletion", floats(0, 0.9, 0.9, 0.9, 0.9, 3, 0.2, 0.8, 0.7, 0.9));
    frames();
    expect(shown(".bw-deletion")[0]?.getAttribute("aria-label")).toBe(
      "P(positive) as words are removed: 0.20 with 3 words removed; 0.80 in random order.",
    );
    model.set("target", "negative");
    model.set("deletion", floats());
    frames();
    expect(sent).toHaveLength(2);
  });
});

describe("copies", () => {
  it("contain the prediction and the text as escaped HTML", async () => {
    const written: Record<string, Blob>[] = [];
    vi.stubGlobal(
      "ClipboardItem",
      class {
        constructor(forms: Record<string, Blob>) {
          written.push(forms);
        }
      },
    );
    vi.stubGlobal("navigator", { clipboard: { write: async () => {} } });
    open({ labels: ["<i>", "positive"] });
    click("Copy as HTML");
    const markup = await written[0]?.["text/html"]?.text();
    expect(markup).toContain("&lt;i&gt; 25.0%");
    expect(markup).toMatch(/>not<\/span> <span[^>]*underline dashed[^>]*>bad<\/span>/);
    await vi.waitFor(() => expect(find(".bw-copies")[0]?.textContent).toContain("Copied."));
  });
});
