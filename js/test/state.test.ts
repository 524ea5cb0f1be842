import { describe, expect, it } from "vitest";
import { readAttention, weightOf } from "../src/attention/state.ts";
import { readHighlights } from "../src/highlights/state.ts";
import { attempt } from "../src/shared/read.ts";
import { readTraining } from "../src/training/state.ts";
import {
  attentionState,
  bytes,
  floats,
  highlightsState,
  ints,
  modelOf,
  trainingState,
} from "./models.ts";

const problem = <T>(read: () => T): string => {
  const reading = attempt(read);
  return "problem" in reading ? reading.problem : "";
};
const NaNs = floats(Number.NaN, 1, 2);

describe("token highlights", () => {
  it("are read from views at any offset", () => {
    const state = readHighlights(modelOf(highlightsState()));
    expect(state.words.map(({ start, end, score }) => [start, end, score])).toEqual([
      [0, 3, 2],
      [4, 7, -1],
      [8, 9, 0.5],
    ]);
    expect(state.pieces.map(({ word }) => word)).toEqual([null, 0, 1, 2]);
    expect(Array.from(state.probabilities ?? [])).toEqual([0.25, 0.75]);
  });

  it("may wait for their buffers", () => {
    const state = readHighlights(
      modelOf(highlightsState({ probabilities: null, offsets: null, scores: undefined })),
    );
    expect(state.probabilities).toBeNull();
    expect(state.words).toEqual([]);
  });

  it("know whether the words stand in the text", () => {
    const belongs = (changes: Record<string, unknown>) =>
      readHighlights(modelOf(highlightsState(changes))).belongs;
    expect(belongs({})).toBe(true);
    expect(belongs({ text: "not bad 😃" })).toBe(false);
    expect(belongs({ text: "not" })).toBe(false);
    expect(belongs({ segments: bytes(0, 1, 0) })).toBe(false);
    expect(belongs({ pair: "and bad", segments: bytes(0, 1, 0) })).toBe(true);
  });

  it("treat a selection made for another text as none", () => {
    for (const selected of [3, -1, 1.5, "1", Number.NaN]) {
      expect(readHighlights(modelOf(highlightsState({ selected }))).selected).toBeNull();
    }
  });

  it.each([
    ["a target that is no label", { target: "neutral" }],
    ["text that is none", { text: 3 }],
    ["labels that are none", { labels: "positive" }],
    ["labels that are not texts", { labels: ["negative", 1] }],
    ["too few probabilities", { probabilities: floats(1) }],
    ["half a number", { scores: bytes(1, 2, 3) }],
    ["scores that are not numbers", { scores: NaNs }],
    ["scores that are not binary", { scores: [1, 2, 3] }],
    ["a word that ends before it begins", { offsets: ints(3, 0, 4, 7, 8, 9) }],
    ["a word before the text", { offsets: ints(-1, 3, 4, 7, 8, 9) }],
    ["a word of a third text", { segments: bytes(0, 2, 0) }],
    ["a piece of no word", { token_words: ints(-1, 0, 3, 2) }],
    ["a piece that ends before it begins", { token_offsets: ints(0, 0, 0, 3, 7, 4, 8, 9) }],
    ["methods that are no pairs", { methods: [["integrated_gradients"]] }],
    ["a negative completeness error", { completeness_error: -1 }],
  ])("turn %s into one sentence", (_what, changes) => {
    const sentence = problem(() => readHighlights(modelOf(highlightsState(changes))));
    expect(sentence).toMatch(/^The saved state is damaged: .+\.$/);
  });
});

describe("attention", () => {
  it("is the map of the head in view, scaled", () => {
    const { weights, tokens } = readAttention(modelOf(attentionState()));
    expect(weights).not.toBeNull();
    if (weights === null) return;
    expect(weightOf(weights, tokens.length, 0, 0)).toBeCloseTo(0.5);
    expect(weightOf(weights, tokens.length, 1, 2)).toBeCloseTo(0.2);
  });

  it("is absent while its head is not here", () => {
    expect(readAttention(modelOf(attentionState({ head: 1 }))).weights).toBeNull();
    expect(readAttention(modelOf(attentionState({ _weights: null }))).weights).toBeNull();
  });

  it.each([
    ["a layer there is not", { layer: 2 }],
    ["half a head", { head: 0.5 }],
    ["maps of another size", { _weights: bytes(1, 2, 3) }],
    ["fewer scales than maps", { _scales: [1] }],
    ["a scale below zero", { _scales: [1, -1] }],
    ["a scale that is no number", { _scales: [1, null] }],
    ["a token of no word", { token_words: ints(-1, 0, 2) }],
    ["tokens that are not texts", { tokens: [1, 2, 3] }],
  ])("turns %s into one sentence", (_what, changes) => {
    const sentence = problem(() => readAttention(modelOf(attentionState(changes))));
    expect(sentence).toMatch(/^The saved state is damaged: .+\.$/);
  });
});

describe("training", () => {
  it("is read by columns", () => {
    const { train, valid } = readTraining(modelOf(trainingState()));
    expect(Array.from(train.get("step") ?? [])).toEqual([1, 2]);
    expect(train.get("loss")?.[1]).toBeCloseTo(0.8);
    expect(valid.get("macro_f1")?.[0]).toBe(0.5);
  });

  it("may not have begun, and may have diverged", () => {
    const ready = readTraining(modelOf(trainingState({ _train: null, _valid: null })));
    expect(ready.train.get("loss")).toHaveLength(0);
    const diverged = modelOf(trainingState({ _train: floats(1, Number.NaN, 0, 0) }));
    expect(readTraining(diverged).train.get("loss")?.[0]).toBeNaN();
  });

  it.each([
    ["a state of its own", { state: "sleeping" }],
    ["half a row", { _train: floats(1, 2, 3) }],
    ["columns that do not begin with the step", { _valid_columns: ["loss", "step", "a", "b"] }],
    ["steps that fall", { _train: floats(2, 1, 1, 1, 1, 1, 1, 1) }],
    ["a step that is no number", { step: "2" }],
    ["endless time", { seconds_left: Number.POSITIVE_INFINITY }],
    ["settings that are no pairs", { settings: ["Device"] }],
  ])("turns %s into one sentence", (_what, changes) => {
    const sentence = problem(() => readTraining(modelOf(trainingState(changes))));
    expect(sentence).toMatch(/^The saved state is damaged: .+\.$/);
  });
});
