import { type Attention, attentionReader } from "../../src/attention_matrix/state.ts";
import { binary, bytes, floats, ints, modelOf } from "../shared/models.ts";

/** One entry of `_slots`. */
export function mapEntry(
  measure: string,
  layer: number,
  head: number,
  scale: number,
  leftOut: number,
): Record<string, unknown> {
  return { measure, layer, head, target: "", scale, left_out: leftOut };
}

/** "so so" in a model of two layers with two heads; two of the four heads are here in full. */
export function attentionState(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    error: "",
    _static: false,
    text: "so so",
    pair: "",
    token_texts: ["[CLS]", "so", "so"],
    word_of_token: ints(-1, 0, 1),
    token_segments: bytes(255, 0, 0),
    words: ["so", "so"],
    layers: 2,
    heads: 2,
    labels: ["negative", "positive"],
    logits: floats(-0.5, 2.31),
    probabilities: floats(0.25, 0.75),
    target: "positive",
    chosen_target: "",
    view: "matrix",
    layer: 1,
    head: 0,
    measure: "weights",
    unit: "tokens",
    specials: true,
    row_labels: ["[CLS]", "so", "so"],
    _row_tokens: ints(0, 1, 2),
    _slots: [[mapEntry("weights", 0, 0, 1, 0), mapEntry("weights", 1, 0, 0.5, 0)]],
    _slot_0: bytes(...new Array(9).fill(0), 255, 0, 0, 51, 102, 204, 0, 0, 255),
    _left_out: floats(),
    _thumbnails: bytes(...new Array(36).fill(7)),
    _side: 3,
    _statistic_names: [["entropy", "Entropy", "bits", "How widely a token spreads its attention"]],
    _statistics: floats(1, 3, 2, 4),
    order: "",
    colour: "",
    estimates: floats(0.1, -0.2, 0.3, -0.4),
    effects: floats(Number.NaN, Number.NaN, 0.41, Number.NaN),
    effects_progress: 0.25,
    measuring: true,
    ablated: [],
    ablated_probabilities: floats(0.25, 0.75),
    masked: [],
    _maskable: true,
    unmasked_probabilities: floats(0.25, 0.75),
    _corpus_size: 0,
    similar_by: "embedding",
    matches: [],
    match_counts: [],
    _matches_of: {},
    _search_progress: 0,
    line_heads: [0],
    threshold: 0.1,
    token: null,
    _query: binary(new Uint8Array([127, 0, 0, 64, 129, 0])),
    _key: binary(new Uint8Array([127, 127, 0, 127, 129, 1])),
    _query_key_scales: [2, 3],
    _query_key_size: 2,
    _query_key_of: [1, 0],
    _query_key_complete: true,
    pairs_filter: "all",
    _note: "",
    busy: false,
    selected: null,
    editable: true,
    ...changes,
  };
}

export function attention(changes: Record<string, unknown> = {}): Attention {
  return attentionReader()(modelOf(attentionState(changes)));
}

/** A text of so many tokens, each a word, with one head whose weights are these bytes. */
export function longAttention(
  values: readonly number[],
  changes: Record<string, unknown> = {},
): Attention {
  const count = Math.sqrt(values.length);
  const names = Array.from({ length: count }, (_, i) => `t${i}`);
  const own = ints(...names.keys());
  return attention({
    pair: "a second text",
    token_texts: names,
    words: names,
    row_labels: names,
    word_of_token: own,
    _row_tokens: own,
    token_segments: bytes(...names.map((_, i) => (i < count / 2 ? 0 : 1))),
    _slots: [[mapEntry("weights", 1, 0, 1, 0)]],
    _slot_0: bytes(...values),
    _query: null,
    _key: null,
    _query_key_size: 0,
    ...changes,
  });
}
