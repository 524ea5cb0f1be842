import { describe, expect, it } from "vitest";
import { makePalette, ownBackground } from "../../src/shared/color/palette.ts";
import { follow } from "../../src/shared/reactive.ts";
import { highlightsReader } from "../../src/token_highlights/state.ts";
import { makeStore } from "../../src/token_highlights/store.ts";
import { makeTracker } from "../../src/token_highlights/tracker.ts";
import { highlightsState, modelOf } from "../shared/models.ts";

const PALETTE = makePalette(ownBackground(false), null);

function storeOf(changes: Record<string, unknown> = {}) {
  const model = modelOf(highlightsState(changes));
  const read = highlightsReader();
  const store = makeStore(makeTracker(model), read(model), PALETTE);
  const set = (traits: Record<string, unknown>): void => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    store.take(read(model), PALETTE);
  };
  return { store, set };
}

const drawings = (draw: () => void): (() => number) => {
  let count = 0;
  follow(new AbortController().signal, () => {
    draw();
    count++;
  });
  return () => count;
};

describe("several words selected together", () => {
  it("stay while the model's selected word is one of them", () => {
    const { store, set } = storeOf();
    store.stretch.value = { from: 0, to: 1 };
    set({ selected: 1 });
    expect(store.chosen.value).toEqual([0, 1]);
  });

  it("are replaced by a word selected elsewhere, and do not come back", () => {
    const { store, set } = storeOf();
    store.stretch.value = { from: 0, to: 1 };
    set({ selected: 2 });
    expect(store.chosen.value).toEqual([2]);
    set({ selected: 0 });
    expect(store.chosen.value).toEqual([0]);
    set({ selected: null });
    expect(store.chosen.value).toEqual([]);
  });
});

describe("what is drawn", () => {
  it("is the draft while the text is edited, with the scores of the text before", () => {
    const { store } = storeOf();
    store.drafts.value = ["not so bad", ""];
    const { texts, editing, scored } = store.drawing.value;
    expect([texts[0], editing, scored.texts[0]]).toEqual(["not so bad", true, "not bad 😀"]);
  });

  it("is the tokens only where words are scored", () => {
    const { store, set } = storeOf();
    store.view.value = "tokens";
    expect(store.drawing.value.tokens).toBe(true);
    set({ unit: "sentences" });
    expect(store.drawing.value.tokens).toBe(false);
  });

  it("has a separate hue for scores without a sign", () => {
    const { store } = storeOf({ shown_method: "saliency" });
    expect(store.drawing.value.palette.positive).toEqual(PALETTE.unsigned);
    expect(storeOf().store.drawing.value.palette.positive).toEqual(PALETTE.positive);
  });

  it("is drawn again only where it has changed", () => {
    const { store, set } = storeOf();
    const details = drawings(() => store.hovered.value);
    const marks = drawings(() => store.chosen.value);
    store.hovered.value = 1;
    store.hovered.value = 1;
    expect([details(), marks()]).toEqual([2, 1]);
    set({ warnings: ["Careful."] });
    expect([details(), marks()]).toEqual([2, 1]);
  });
});
