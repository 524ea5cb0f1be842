import { savedModel } from "../src/page/saved_model.ts";
import type { Model } from "../src/shared/model.ts";

type Numbers = Float32Array | Int32Array | Uint8Array;

/** Binary data as a kernel sends it: a view into a larger buffer, at an odd offset. */
export function binary(values: Numbers): DataView {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const larger = new Uint8Array(bytes.length + 8);
  larger.set(bytes, 3);
  return new DataView(larger.buffer, 3, bytes.length);
}

export const floats = (...values: number[]): DataView => binary(Float32Array.from(values));
export const ints = (...values: number[]): DataView => binary(Int32Array.from(values));
export const bytes = (...values: number[]): DataView => binary(Uint8Array.from(values));

export function modelOf(state: Record<string, unknown>): Model {
  return savedModel({ bundle: "", mount: "", buffers: [], state });
}

/** "not bad 😀", explained: three words, four tokens of which the first is special. */
export function highlightsState(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    error: "",
    _static: false,
    text: "not bad 😀",
    pair: "",
    labels: ["negative", "positive"],
    probabilities: floats(0.25, 0.75),
    multi_label: false,
    target: "positive",
    method: "integrated_gradients",
    methods: [["integrated_gradients", "Integrated gradients"]],
    words: ["not", "bad", "😀"],
    offsets: ints(0, 3, 4, 7, 8, 9),
    segments: bytes(0, 0, 0),
    scores: floats(2, -1, 0.5),
    tokens: ["[CLS]", "not", "bad", "😀"],
    token_offsets: ints(0, 0, 0, 3, 4, 7, 8, 9),
    token_words: ints(-1, 0, 1, 2),
    token_scores: floats(0.1, 2, -1, 0.5),
    selected: null,
    completeness_error: 0.004,
    editable: true,
    busy: false,
    ...changes,
  };
}

export function attentionState(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    error: "",
    _static: false,
    text: "so so",
    pair: "",
    tokens: ["[CLS]", "so", "so"],
    token_words: ints(-1, 0, 1),
    words: ["so", "so"],
    layers: 2,
    heads: 2,
    layer: 1,
    head: 0,
    _held: [0, 2],
    _scales: [1, 0.5],
    _weights: bytes(...new Array(9).fill(0), 255, 0, 0, 51, 102, 102, 0, 0, 255),
    selected: null,
    editable: true,
    ...changes,
  };
}

export function trainingState(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    error: "",
    _static: false,
    state: "running",
    step: 2,
    total_steps: 10,
    epoch: 0.4,
    epochs: 2,
    examples_per_second: 31.4,
    seconds_left: 75,
    elapsed: 20,
    _train: floats(1, 0.9, 2e-5, 1, 2, 0.8, 1e-5, 2),
    _train_columns: ["step", "loss", "learning_rate", "gradient_norm"],
    _valid: floats(2, 0.7, 0.6, 0.5),
    _valid_columns: ["step", "loss", "accuracy", "macro_f1"],
    settings: [["Device", "CPU"]],
    ...changes,
  };
}
