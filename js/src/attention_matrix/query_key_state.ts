import type { Model } from "../shared/model.ts";
import * as read from "../shared/read.ts";
import { check } from "../shared/read.ts";
import type { Trait } from "./traits.ts";

export const NEURON_TRAITS = [
  "_query",
  "_key",
  "neuron_scales",
  "neuron_size",
  "neurons_of",
  "neurons_complete",
  "tokens",
] as const satisfies readonly Trait[];

/** Query and key vectors of one head: value i * size + d is neuron d of token i. */
export interface Neurons {
  layer: number;
  head: number;
  size: number;
  query: Int8Array;
  key: Int8Array;
  /** What 127 stands for. */
  queryScale: number;
  keyScale: number;
  /** The scores are these products and nothing else. */
  complete: boolean;
}

export function readNeurons(model: Model<(typeof NEURON_TRAITS)[number]>): Neurons | null {
  const size = read.integer(model, "neuron_size");
  const [layer, head] = read.numbers(model, "neurons_of");
  if (size === 0 || layer === undefined || head === undefined) return null;
  const count = read.texts(model, "tokens").length * size;
  const [queryScale, keyScale] = read.numbers(model, "neuron_scales");
  const [query, key] = [read.uint8(model, "_query", count), read.uint8(model, "_key", count)];
  check(
    queryScale !== undefined && keyScale !== undefined && query !== null && key !== null,
    "The queries or the keys of the neuron view are missing.",
  );
  return {
    layer,
    head,
    size,
    query: new Int8Array(query.buffer),
    key: new Int8Array(key.buffer),
    queryScale,
    keyScale,
    complete: read.flag(model, "neurons_complete"),
  };
}

/** What one query makes of every key. */
export interface Scores {
  /** q times k, neuron by neuron and token by token, as 127 times its share of `largest`. */
  products: Int8Array;
  largest: number;
  sums: Float32Array;
  /** The softmax of the sums over the square root of their size. */
  weights: Float32Array;
}

export function scoresOf(neurons: Neurons, token: number): Scores {
  const { size, query, key } = neurons;
  const count = key.length / size;
  const scale = (neurons.queryScale / 127) * (neurons.keyScale / 127);
  const raw = new Float32Array(key.length);
  const sums = new Float32Array(count);
  let largest = 0;
  for (let i = 0; i < raw.length; i++) {
    const value = (query[token * size + (i % size)] ?? 0) * (key[i] ?? 0) * scale;
    raw[i] = value;
    largest = Math.max(largest, Math.abs(value));
    const row = Math.floor(i / size);
    sums[row] = (sums[row] ?? 0) + value;
  }
  const most = sums.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = sums.map((sum) => Math.exp((sum - most) / Math.sqrt(size)));
  const total = weights.reduce((a, b) => a + b, 0);
  return {
    products: Int8Array.from(raw, (value) =>
      largest > 0 ? Math.round((127 * value) / largest) : 0,
    ),
    largest,
    sums,
    weights: weights.map((weight) => weight / total),
  };
}
