import { describe, expect, it } from "vitest";
import type { Model } from "../../../src/shared/model/model.ts";
import { attempt } from "../../../src/shared/model/read.ts";
import { highlightsReader } from "../../../src/token_highlights/state.ts";
import { trainingReader } from "../../../src/training_panel/state.ts";
import { bytes, floats, highlightsState, ints, modelOf, trainingState } from "../models.ts";

const readHighlights = (model: Model) => highlightsReader()(model);

const damage = <T>(read: () => T): string => {
  const parsed = attempt(read);
  return "damage" in parsed ? parsed.damage : "";
};
const NaNs = floats(Number.NaN, 1, 2);

describe("token highlights", () => {
  it("are read from views with any offset", () => {
    const state = readHighlights(modelOf(highlightsState()));
    expect(state.words.map(({ start, end, score }) => [start, end, score])).toEqual([
      [0, 3, 2],
      [4, 7, -1],
      [8, 9, 0.5],
    ]);
    expect(state.tokens.map(({ word }) => word)).toEqual([null, 0, 1, 2]);
    expect(Array.from(state.probabilities ?? [])).toEqual([0.25, 0.75]);
  });

  it("can be read before their buffers arrive", () => {
    const state = readHighlights(
      modelOf(highlightsState({ probabilities: null, word_offsets: null, scores: undefined })),
    );
    expect(state.probabilities).toBeNull();
    expect(state.words).toEqual([]);
  });

  it("know whether the words belong to the text", () => {
    const belongs = (changes: Record<string, unknown>) =>
      readHighlights(modelOf(highlightsState(changes))).belongs;
    expect(belongs({})).toBe(true);
    expect(belongs({ text: "not bad 😃" })).toBe(false);
    expect(belongs({ text: "not" })).toBe(false);
    expect(belongs({ word_segments: bytes(0, 1, 0) })).toBe(false);
    expect(belongs({ pair: "and bad", word_segments: bytes(0, 1, 0) })).toBe(true);
  });

  it("use rows and margins only if they match the words", () => {
    const read = (changes: Record<string, unknown>) =>
      readHighlights(modelOf(highlightsState(changes)));
    expect(read({ class_scores: floats(1, 2, 3) }).classes).toBeNull();
    expect(read({ class_scores: floats(1, 2, 3, 4, 5, 6) }).classes?.count).toBe(2);
    expect(read({ layer_scores: floats(1, 2, 3, 4) }).layers).toBeNull();
    expect(read({ layer_scores: floats(1, 2, 3) }).layers?.count).toBe(1);
    expect(read({ margins: floats(1, 2) }).margins).toBeNull();
  });

  it("ignore a selection made for another text", () => {
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
    ["a word that ends before it begins", { word_offsets: ints(3, 0, 4, 7, 8, 9) }],
    ["a word before the text", { word_offsets: ints(-1, 3, 4, 7, 8, 9) }],
    ["a word of a third text", { word_segments: bytes(0, 2, 0) }],
    ["a token of no word", { word_of_token: ints(-1, 0, 3, 2) }],
    ["a token that ends before it begins", { token_offsets: ints(0, 0, 0, 3, 7, 4, 8, 9) }],
    ["methods without a title", { _methods: [["integrated_gradients"]] }],
    ["a class to set against that is no label", { against: "neutral" }],
    ["baselines that are no pairs", { _baselines: ["pad"] }],
    ["spans of half a character", { spans: [[0, 1.5, 0]] }],
    ["a difference that is endless", { difference: Number.POSITIVE_INFINITY }],
    ["margins that are not numbers", { margins: NaNs }],
    ["rows that are not numbers", { class_scores: NaNs }],
    ["an edit that is a list", { edit: [1] }],
    ["an edit of no kind", { edit: { word: 0, action: "burn" } }],
    [
      "an answer without probabilities",
      { edited: { edit: { word: 0, action: "mask" }, text: "" } },
    ],
    ["half a point of a curve", { deletion: floats(1, 2, 3) }],
    ["a curve of no numbers", { deletion: floats(1, Number.NaN, 3, 4, 5) }],
    ["words of a badge that are texts", { badge_words: ["not"] }],
    ["warnings that are no texts", { warnings: [{}] }],
    ["a negative completeness error", { completeness_error: -1 }],
  ])("turn %s into one sentence", (_what, changes) => {
    const sentence = damage(() => readHighlights(modelOf(highlightsState(changes))));
    expect(sentence).toMatch(/^[“A-Z].+\.$/);
  });
});

describe("training", () => {
  const state = (changes: Record<string, unknown> = {}) =>
    trainingReader()(modelOf(trainingState(changes)));

  it("is read by runs and columns", () => {
    const { curves } = state({
      runs: ["a", "b", "c"],
      _train: floats(0, 5, 0.9, 0.9, 1, 1, 2, 1, 0.8, 0.8, 1, 1, 2, 3, 0.7, 0.7, 1, 1),
    });
    const steps = curves.map(({ train }) => Array.from(train.get("step") ?? []));
    expect(steps).toEqual([[5], [], [1, 3]]);
    expect(curves[2]?.train.get("loss")?.[1]).toBeCloseTo(0.7);
    expect(curves[0]?.valid.get("macro_f1")?.[0]).toBe(0.5);
  });

  it("can be read before it starts and after it has diverged", () => {
    const none = Object.keys(trainingState()).filter((name) => /^_(?!static|brush)/.test(name));
    const ready = state({
      ...Object.fromEntries(none.map((name) => [name, null])),
      learning_rate: null,
      memory: null,
    });
    expect(ready.curves[0]?.train.get("loss")).toBeUndefined();
    expect([ready.classes.confusion, ready.classes.scores]).toEqual([null, null]);
    expect([ready.probeHistory.steps.length, ready.map.points.length]).toEqual([0, 0]);
    const diverged = state({ _train: floats(0, 1, Number.NaN, Number.NaN, 0, Number.NaN) });
    expect(diverged.curves[0]?.train.get("loss")?.[0]).toBeNaN();
  });

  it("gives each probe its own words, scores and probabilities", () => {
    const { probeHistory } = state({
      _probe_history_probes: ["a b", "c"],
      _probe_history_counts: [2, 1],
      _probe_history_offsets: ints(0, 1, 2, 3, 0, 1),
      _probe_history_scores: floats(1, 2, 3, 4, 5, 6),
      _probe_history_probabilities: floats(0.125, 0.875, 0.25, 0.75, 0.5, 0.5, 1, 0),
      _probe_history_targets: ints(0, 1, 1, 0),
    });
    expect(probeHistory.words[1]).toEqual([{ start: 0, end: 1 }]);
    expect(Array.from(probeHistory.scores(1, 0))).toEqual([4, 5]);
    expect(Array.from(probeHistory.scores(0, 1))).toEqual([3]);
    expect(Array.from(probeHistory.probabilities(1, 1))).toEqual([1, 0]);
    expect([probeHistory.target(0, 1), probeHistory.target(1, 1)]).toEqual([1, 0]);
    expect(probeHistory.largest).toBe(6);
  });

  it("does not read unchanged values again", () => {
    const model = modelOf(trainingState());
    const read = trainingReader();
    const before = read(model);
    model.set("step", 3);
    const after = read(model);
    expect(after.step).toBe(3);
    expect(after.probeHistory).toBe(before.probeHistory);
    model.set("labels", ["negative", "positive"]);
    expect(read(model).probeHistory).not.toBe(before.probeHistory);
  });

  it.each([
    ["a state of its own", { state: "sleeping" }],
    ["an unknown tab", { view: "secrets" }],
    ["an unknown run", { shown: 1 }],
    ["half a row", { _train: floats(1, 2, 3) }],
    [
      "columns that do not begin with run and step",
      { _valid_columns: ["step", "run", "a", "b", "c"] },
    ],
    ["steps that fall", { _train: floats(0, 2, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1) }],
    ["a measurement of no run", { _valid: floats(1, 2, 0.7, 0.6, 0.5) }],
    ["a step that is no number", { step: "2" }],
    ["endless time", { seconds_left: Number.POSITIVE_INFINITY }],
    ["settings that are no pairs", { settings: ["Device"] }],
    ["notes without a step", { notes: [["x", "y"]] }],
    ["a form of nothing", { _fields: [null] }],
    [
      "a field of an unknown kind",
      { _fields: [{ name: "a", label: "a", help: "", kind: "file" }] },
    ],
    ["a probe history with too few scores", { _probe_history_scores: floats(1) }],
    ["a word outside its probe", { _probe_history_offsets: ints(0, 3, 4, 6) }],
    ["an unknown target", { _probe_history_targets: ints(1, 2) }],
    ["counts of other probes", { _probe_history_counts: [1, 1] }],
    ["a confusion of other classes", { _confusion: ints(1, 2, 3) }],
    ["negative counts", { _confusion: ints(1, 2, 3, -1) }],
    ["scores of other classes", { _per_class: floats(1, 1, 1, 1) }],
    ["a point that is nowhere", { _map: floats(Number.NaN, 1, 1, 1) }],
    ["half a box", { brush: [0, 1] }],
    ["suspects without a score", { _suspects: [["1", "a", "b", "c"]] }],
  ])("turns %s into one sentence", (_what, changes) => {
    expect(damage(() => state(changes))).toMatch(/^[“A-Z].+\.$/);
  });
});
