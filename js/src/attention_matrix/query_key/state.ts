import type { Model } from "../../shared/model/model.ts";
import * as read from "../../shared/model/read.ts";
import { check } from "../../shared/model/read.ts";
import type { Trait } from "../traits.ts";

export const QUERY_KEY_TRAITS = [
  "_query",
  "_key",
  "_query_key_scales",
  "_query_key_size",
  "_query_key_of",
  "_query_key_complete",
  "token_texts",
] as const satisfies readonly Trait[];

/** Query and key vectors of one head: value i * size + d is dimension d of token i. */
export interface QueryKey {
  layer: number;
  head: number;
  size: number;
  query: Int8Array;
  key: Int8Array;
  /** The value of 127. */
  queryScale: number;
  keyScale: number;
  /** Whether the scores are exactly these products. */
  complete: boolean;
}

export function readQueryKey(model: Model<(typeof QUERY_KEY_TRAITS)[number]>): QueryKey | null {
  const size = read.integer(model, "_query_key_size");
  const [layer, head] = read.numbers(model, "_query_key_of");
  if (size === 0 || layer === undefined || head === undefined) return null;
  const count = read.texts(model, "token_texts").length * size;
  const [queryScale, keyScale] = read.numbers(model, "_query_key_scales");
  const [query, key] = [read.uint8(model, "_query", count), read.uint8(model, "_key", count)];
  check(
    queryScale !== undefined && keyScale !== undefined && query !== null && key !== null,
    "The queries or the keys are missing.",
  );
  return {
    layer,
    head,
    size,
    query: new Int8Array(query.buffer),
    key: new Int8Array(key.buffer),
    queryScale,
    keyScale,
    complete: read.flag(model, "_query_key_complete"),
  };
}

/** The products of one query with every key. */
export interface Scores {
  /** q times k, for each dimension and token, as 127 times its share of `largest`. */
  products: Int8Array;
  largest: number;
  sums: Float32Array;
  /** The softmax of the sums over the square root of their size. */
  weights: Float32Array;
}

export function scoresOf(queryKey: QueryKey, token: number): Scores {
  const { size, query, key } = queryKey;
  const count = key.length / size;
  const scale = (queryKey.queryScale / 127) * (queryKey.keyScale / 127);
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
