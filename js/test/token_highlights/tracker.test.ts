import { describe, expect, it } from "vitest";
import type { Model } from "../../src/shared/model/model.ts";
import { highlightsReader } from "../../src/token_highlights/state.ts";
import {
  itemsOf,
  runsOf,
  specialsOf,
  sumOfMagnitudes,
} from "../../src/token_highlights/text/items.ts";
import { makeTracker } from "../../src/token_highlights/tracker.ts";
import { bytes, floats, highlightsState, ints, modelOf } from "../shared/models.ts";

const readHighlights = (model: Model) => highlightsReader()(model);

function tracked() {
  const model = modelOf(highlightsState());
  const { expect: announce, track } = makeTracker(model);
  const now = () => track(readHighlights(model));
  const set = (changes: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
  };
  const answer = () =>
    set({
      words: ["not", "ok", "😀"],
      scores: floats(1, 1, 1),
      word_offsets: ints(0, 3, 4, 6, 7, 8),
      token_offsets: ints(0, 0, 0, 3, 4, 6, 7, 8),
    });
  return { announce, now, set, answer };
}

describe("scores and the text they belong to", () => {
  it("match if nothing changes", () => {
    expect(tracked().now().stale).toBe(false);
  });

  it("are kept from before an edit until Python answers", () => {
    const { announce, now, set, answer } = tracked();
    now();
    announce();
    set({ text: "not ok 😀" });
    expect(now().stale).toBe(true);
    expect(now().scored.texts[0]).toBe("not bad 😀");
    set({ busy: true });
    expect(now().stale).toBe(true);
    answer();
    set({ busy: false });
    expect(now().stale).toBe(false);
    expect(now().scored.texts[0]).toBe("not ok 😀");
  });

  it("are those of the quick method while the chosen one is computing", () => {
    const { announce, now, set, answer } = tracked();
    now();
    announce();
    set({ text: "not ok 😀", busy: true });
    expect(now()).toMatchObject({ stale: true, working: true });
    answer();
    set({ shown_method: "saliency", refining: true });
    expect(now()).toMatchObject({ stale: false, working: false });
    set({ scores: floats(3, 2, 1), shown_method: "", refining: false, busy: false });
    expect(now().scored.words[0]?.score).toBe(3);
  });

  it("are not stale while only additional views are computed", () => {
    const { now, set } = tracked();
    now();
    set({ compare: true, busy: true });
    expect(now()).toMatchObject({ stale: false, working: true });
  });

  it("are current after new results even if `busy` was never seen", () => {
    const { announce, now, set, answer } = tracked();
    now();
    announce();
    set({ text: "not ok 😀" });
    answer();
    expect(now().stale).toBe(false);
  });

  it("are current if the new scores equal the old ones", () => {
    const { announce, now, set } = tracked();
    now();
    announce();
    set({ target: "negative", busy: true });
    now();
    set({ busy: false });
    expect(now()).toMatchObject({ stale: false, working: false });
    expect(now().scored.target).toBe("negative");
  });

  it("are current again if the change is reverted", () => {
    const { announce, now, set } = tracked();
    now();
    announce();
    set({ text: "not ok 😀" });
    expect(now().working).toBe(true);
    set({ text: "not bad 😀" });
    expect(now()).toMatchObject({ stale: false, working: false });
  });

  it("stay those of the old text if Python answers with an error", () => {
    const { announce, now, set } = tracked();
    now();
    announce();
    set({ text: "not", error: "There is nothing to explain." });
    expect(now()).toMatchObject({ stale: true, working: false });
    expect(now().scored.texts[0]).toBe("not bad 😀");
  });

  it("do not exist if they never belonged to the text", () => {
    const model = modelOf(highlightsState({ text: "another text", error: "No model." }));
    const { scored, stale } = makeTracker(model).track(readHighlights(model));
    expect([scored.words, stale]).toEqual([[], true]);
  });

  it("are stale while Python computes without a change on the page", () => {
    const { now, set } = tracked();
    now();
    set({ busy: true, text: "not ok 😀" });
    expect(now()).toMatchObject({ stale: true, working: true });
    expect(now().scored.texts[0]).toBe("not bad 😀");
  });
});

describe("items", () => {
  const state = readHighlights(modelOf(highlightsState()));

  it("are words or tokens, without the special ones", () => {
    expect(itemsOf(state, 0, false).map(({ label }) => label)).toEqual(["not", "bad", "😀"]);
    expect(itemsOf(state, 0, true).map(({ word }) => word)).toEqual([0, 1, 2]);
    expect(itemsOf(state, 1, false)).toEqual([]);
    expect(sumOfMagnitudes(itemsOf(state, 0, false))).toBe(3.5);
  });

  it("stay on the characters that were scored while the text is edited", () => {
    const runs = runsOf(itemsOf(state, 0, false), "not bad 😀", "not very bad 😀");
    expect(runs.map(({ start, end }) => [start, end])).toEqual([
      [0, 3],
      [9, 12],
      [13, 14],
    ]);
  });

  it("are placed before and after their text if they are special", () => {
    const pair = readHighlights(
      modelOf(
        highlightsState({
          pair: "bad",
          word_segments: bytes(0, 1, 0),
          word_offsets: ints(0, 3, 0, 3, 8, 9),
          token_texts: ["[CLS]", "not", "[SEP]", "bad", "[SEP]", "[PAD]"],
          word_of_token: ints(-1, 0, -1, 1, -1, -1),
          token_offsets: ints(0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 0),
          token_scores: floats(1, 2, 3, 4, 5, 6),
        }),
      ),
    );
    const labels = (segment: number) => {
      const { before, after } = specialsOf(pair, segment);
      return [before.map(({ label }) => label), after.map(({ score }) => score)];
    };
    expect(labels(0)).toEqual([["[CLS]"], [3]]);
    expect(labels(1)).toEqual([[], [5, 6]]);
  });
});
