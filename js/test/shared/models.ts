import { savedModel } from "../../src/page/saved_model.ts";
import type { Model } from "../../src/shared/model/model.ts";

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
    _multi_label: false,
    target: "positive",
    chosen_target: "",
    method: "integrated_gradients",
    _methods: [
      [
        "integrated_gradients",
        "Integrated gradients",
        "17 passes",
        1,
        "gradients",
        "Sundararajan 2017",
        "",
      ],
      ["saliency", "Saliency", "1 pass", 0, "gradients", "Simonyan 2014", ""],
    ],
    against: "",
    output: "logit",
    baseline: "pad",
    _baselines: [["pad", "Padding"]],
    unit: "words",
    spans: [],
    margins: floats(),
    difference: -3.2,
    shown_method: "integrated_gradients",
    refining: false,
    windows: 1,
    progress: 0,
    compare: false,
    class_scores: floats(),
    class_method: "",
    by_layer: false,
    layer_scores: floats(),
    layer_method: "",
    edit: {},
    edited: {},
    can_undo: false,
    can_redo: false,
    badge: "",
    badge_words: [],
    deletion: floats(),
    warnings: [],
    words: ["not", "bad", "😀"],
    word_offsets: ints(0, 3, 4, 7, 8, 9),
    word_segments: bytes(0, 0, 0),
    scores: floats(2, -1, 0.5),
    token_texts: ["[CLS]", "not", "bad", "😀"],
    token_offsets: ints(0, 0, 0, 3, 4, 7, 8, 9),
    word_of_token: ints(-1, 0, 1, 2),
    token_scores: floats(0.1, 2, -1, 0.5),
    selected: null,
    completeness_error: 0.004,
    editable: true,
    busy: false,
    ...changes,
  };
}

/** A run of two steps and one evaluation, with two snapshots of one probe, "not 😀". */
export function trainingState(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    error: "",
    _static: false,
    runs: ["run 1"],
    shown: 0,
    state: "running",
    step: 2,
    total_steps: 10,
    epoch: 0.4,
    epochs: 2,
    examples_per_second: 31.4,
    seconds_left: 75,
    elapsed: 20,
    memory: 612,
    learning_rate: 2e-5,
    stops_after_epoch: false,
    can_save: true,
    problem: "",
    best_step: null,
    settings: [["Device", "CPU"]],
    notes: [
      [0, "It began."],
      [2, "It goes on."],
    ],
    _train: floats(0, 1, 0.9, 0.9, 2e-5, 1, 0, 2, 0.8, 0.8, 1e-5, 2),
    _train_columns: ["run", "step", "loss", "loss_mean", "learning_rate", "gradient_norm"],
    _valid: floats(0, 2, 0.7, 0.6, 0.5),
    _valid_columns: ["run", "step", "loss", "accuracy", "macro_f1"],
    _fields: FIELDS,
    values: { epochs: 2, learning_rate: 2e-5, patience: null, schedule: "linear", compile: false },
    _finder: null,
    suggested_rate: null,
    finding: false,
    labels: ["negative", "positive"],
    _confusion: ints(8, 2, 1, 9),
    _confused: ints(0, 1, 2, 1, 0, 1),
    _one_label: true,
    _per_class: floats(0.89, 0.8, 0.84, 10, 0.82, 0.9, 0.86, 10),
    probes: ["not 😀"],
    snapshot: null,
    _probe_history_probes: ["not 😀"],
    _probe_history_steps: ints(0, 2),
    _probe_history_counts: [2],
    _probe_history_offsets: ints(0, 3, 4, 5),
    _probe_history_scores: floats(0.1, 0.2, -1, 2),
    _probe_history_probabilities: floats(0.5, 0.5, 0.2, 0.8),
    _probe_history_targets: ints(1, 1),
    _map: floats(0.1, 0.9, 1, 0, 0.3, 0.2, 0.5, 1),
    map_epochs: 0.4,
    map_size: 1200,
    brush: [],
    selected_count: 0,
    _selected: [],
    _suspects: [["17", "a fine film", "negative", "positive", 0.94]],
    view: "curves",
    ...changes,
  };
}

const field = (name: string, kind: string, more: Record<string, unknown> = {}) => ({
  name,
  kind,
  label: name,
  help: `About ${name}.`,
  least: null,
  above: null,
  most: null,
  choices: [],
  optional: false,
  ...more,
});

export const FIELDS = [
  field("epochs", "integer", { least: 1, most: 100 }),
  field("learning_rate", "number", { above: 0, most: 1 }),
  field("patience", "integer", { least: 1, optional: true }),
  field("schedule", "choice", { choices: ["linear", "cosine"] }),
  field("compile", "flag"),
];
