import { describe, expect, it, vi } from "vitest";
import { DAMAGED } from "../../src/shared/frame.ts";
import type { Model } from "../../src/shared/model/model.ts";
import highlights from "../../src/token_highlights.ts";
import { bytes, floats, highlightsState, ints, modelOf } from "../shared/models.ts";
import { closeView, find, frames, mount, press, render, usePage } from "../shared/page.ts";
import { words } from "./page.ts";

usePage();

function open(
  widget: { render: (context: never) => unknown },
  state: Record<string, unknown>,
): Model {
  const model = modelOf(state);
  render(widget, model);
  return model;
}

const edit = () => {
  press(words()[0], "e");
  const field = find("textarea")[0] as HTMLTextAreaElement;
  const type = (text: string) => {
    field.value = text;
    field.dispatchEvent(new Event("input"));
  };
  return { field, type };
};
const banner = () => find('[role="alert"]')[0];

describe("token highlights", () => {
  it("draw the original text with its words in place", () => {
    open(
      highlights,
      highlightsState({ text: "not  bad\n😀", word_offsets: ints(0, 3, 5, 8, 9, 10) }),
    );
    expect(find(".bw-text")[0]?.textContent?.replace("\u200b", "")).toBe("not  bad\n😀");
    expect(words().map((word) => word.textContent)).toEqual(["not", "bad", "😀"]);
  });

  it("never interpret a text as markup", () => {
    const text = "<b>x</b>";
    open(
      highlights,
      highlightsState({
        text,
        words: [text],
        word_offsets: ints(0, 8),
        word_segments: bytes(0),
        scores: floats(1),
        token_texts: [],
        token_offsets: ints(),
        word_of_token: ints(),
        token_scores: floats(),
        labels: ["<i>", "positive"],
      }),
    );
    expect(words()[0]?.textContent).toBe(text);
    expect(find("b, i")).toEqual([]);
  });

  it("select by click and by key, and deselect with Escape", () => {
    const model = open(highlights, highlightsState());
    words()[1]?.click();
    expect(model.get("selected")).toBe(1);
    frames();
    expect(words()[1]?.getAttribute("aria-selected")).toBe("true");
    for (const [key, selected] of [
      ["ArrowRight", 2],
      ["ArrowRight", 2],
      ["Home", 0],
      ["End", 2],
      ["ArrowLeft", 1],
      ["Escape", null],
    ] as const) {
      press(document.activeElement, key);
      expect(model.get("selected"), key).toBe(selected);
    }
  });

  it("are one tab stop, which is the selected word", () => {
    const model = open(highlights, highlightsState());
    const stops = () => words().map((word) => word.tabIndex);
    expect(stops()).toEqual([0, -1, -1]);
    model.set("selected", 2);
    frames();
    expect(stops()).toEqual([-1, -1, 0]);
  });

  it("keep their nodes while only the selection moves", () => {
    const model = open(highlights, highlightsState());
    const before = words();
    model.set("selected", 1);
    frames();
    expect(words()).toEqual(before);
    expect(words()[0]).toBe(before[0]);
  });

  it("choose the class by click and by arrow", () => {
    const model = open(highlights, highlightsState());
    const radios = find('[role="radio"]');
    radios[0]?.click();
    expect(model.get("target")).toBe("negative");
    frames();
    expect(find('[aria-checked="true"]').map((bar) => bar.textContent)).toEqual(["negative25.0%"]);
    press(radios[0], "ArrowDown");
    expect(model.get("target")).toBe("positive");
  });

  it("explain again once typing pauses, and restore the text on Escape", () => {
    const model = open(highlights, highlightsState());
    const { field, type } = edit();
    expect(model.get("editing")).toBe(true);
    type("not so");
    vi.advanceTimersByTime(30);
    type("not so bad");
    vi.advanceTimersByTime(30);
    expect(model.get("text")).toBe("not bad 😀");
    vi.advanceTimersByTime(10);
    expect(model.get("text")).toBe("not so bad");
    type("long ".repeat(500));
    vi.advanceTimersByTime(200);
    expect(model.get("text")).toBe("not so bad");
    type("  ");
    vi.advanceTimersByTime(400);
    expect(model.get("text")).toBe("not so bad");
    press(field, "Escape");
    expect([model.get("text"), model.get("editing")]).toEqual(["not bad 😀", false]);
    expect(field.hidden).toBe(true);
  });

  it("follow a text that Python sets while the editor is open, but not over what is being typed", () => {
    const model = open(highlights, highlightsState());
    const { field, type } = edit();
    model.set("busy", true);
    model.set("text", "from a cell");
    frames();
    expect(field.value).toBe("from a cell");
    type("from a cell and");
    model.set("text", "from another");
    frames();
    expect(field.value).toBe("from a cell and");
    vi.advanceTimersByTime(40);
    expect(model.get("text")).toBe("from a cell and");
  });

  it("grey every figure under an edited text until its own arrive", () => {
    const figures = () => [...find(".bw-bars"), ...find(".bw-reading")];
    const grey = () => figures().map((element) => element.closest(".bw-outdated") !== null);
    const model = open(highlights, highlightsState());
    expect(grey()).toEqual([false, false]);
    edit().type("not so 😀");
    vi.advanceTimersByTime(40);
    frames();
    expect(grey()).toEqual([true, true]);
    expect(find(".bw-stale")).toHaveLength(1);
    model.set("probabilities", floats(0.4, 0.6));
    model.set("words", ["not", "so", "😀"]);
    model.set("word_offsets", ints(0, 3, 4, 6, 7, 8));
    model.set("token_offsets", ints(0, 0, 0, 3, 4, 6, 7, 8));
    model.set("scores", floats(0.1, 0.2, 0.3));
    frames();
    expect([grey(), find(".bw-stale")]).toEqual([[false, false], []]);
  });

  it("leave the probabilities as they are while another class is explained", () => {
    open(highlights, highlightsState());
    find('[role="radio"]')[0]?.click();
    frames();
    const isGrey = (name: string) => find(name)[0]?.closest(".bw-outdated") !== null;
    expect([isGrey(".bw-reading"), isGrey(".bw-bars")]).toEqual([true, false]);
  });

  it("keep what was typed if Python rejects it and restores the previous text", () => {
    const model = open(highlights, highlightsState());
    const { field, type } = edit();
    type("far too long");
    vi.advanceTimersByTime(40);
    frames();
    model.set("text", "not bad 😀");
    model.set("error", "The text has 100,001 characters.");
    frames();
    expect(field.value).toBe("far too long");
  });

  it.each([
    ["closes", null],
    ["stays open over what never left", "never sent"],
  ])("has an editor that %s when the kernel is gone", (_, typed) => {
    const model = open(highlights, highlightsState());
    const { field, type } = edit();
    if (typed !== null) type(typed);
    model.set("_static", true);
    frames();
    expect([field.hidden, field.value]).toEqual([typed === null, typed ?? "not bad 😀"]);
  });

  it("send the text at once on Enter, but not during composition", () => {
    const model = open(highlights, highlightsState());
    const { field, type } = edit();
    type("nicht schlecht");
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true }));
    expect(model.get("text")).toBe("not bad 😀");
    press(field, "Enter");
    expect(model.get("text")).toBe("nicht schlecht");
  });

  it("cannot be changed in a saved copy", () => {
    const model = open(highlights, highlightsState({ _static: true }));
    find('[role="radio"]')[0]?.click();
    press(words()[0], "e");
    expect(model.get("target")).toBe("positive");
    expect(find("textarea")[0]?.hidden).toBe(true);
    expect(find("button").find((button) => button.textContent === "Edit")?.hidden).toBe(true);
    expect(mount().textContent).toMatch("Saved copy: no kernel attached");
    words()[1]?.click();
    expect(model.get("selected")).toBe(1);
  });

  it("show Python's error, and stay usable", () => {
    const model = open(highlights, highlightsState({ error: "The model is gone." }));
    expect(banner()?.textContent).toBe("The model is gone.");
    expect(words()).toHaveLength(3);
    model.set("error", "");
    frames();
    expect(banner()?.hidden).toBe(true);
  });

  it("say that a forged state is damaged, and tell the console how, instead of breaking", () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    open(highlights, highlightsState({ word_offsets: ints(0, 3, 4, 7, 8, 1_000_000) }));
    expect(banner()?.textContent).toBe(DAMAGED);
    expect(log).toHaveBeenCalledExactlyOnceWith(
      `bert_widgets: ${DAMAGED} The words do not belong to the text.`,
    );
    log.mockRestore();
  });

  it("wait for traits that arrive one by one before they complain", () => {
    const model = open(highlights, highlightsState());
    model.set("words", ["not", "bad"]);
    frames();
    expect(banner()?.hidden).toBe(true);
    expect(words()).toHaveLength(3);
    vi.spyOn(console, "error").mockReturnValueOnce();
    vi.advanceTimersByTime(1000);
    expect(banner()?.textContent).toBe(DAMAGED);
    for (const [name, value] of Object.entries({
      word_offsets: ints(0, 3, 4, 7),
      word_segments: bytes(0, 0),
      scores: floats(1, 2),
      word_of_token: ints(-1, 0, 1, -1),
    }))
      model.set(name, value);
    frames();
    expect(banner()?.hidden).toBe(true);
    expect(words()).toHaveLength(2);
  });

  it("leave nothing behind when they close", () => {
    const model = open(highlights, highlightsState());
    closeView();
    expect(mount().childNodes).toHaveLength(0);
    model.set("text", "x");
    frames();
    expect(mount().childNodes).toHaveLength(0);
  });

  it("work inside a shadow root", () => {
    const host = document.createElement("div");
    document.body.append(host);
    host.attachShadow({ mode: "open" }).append(mount());
    const model = open(highlights, highlightsState());
    words()[2]?.click();
    expect(model.get("selected")).toBe(2);
  });
});
