import type { Model } from "../shared/model.ts";
import * as read from "../shared/read.ts";
import { check } from "../shared/read.ts";

export const TRAITS = [
  "tokens",
  "token_words",
  "words",
  "layers",
  "heads",
  "layer",
  "head",
  "_weights",
  "_held",
  "_scales",
  "selected",
] as const;

/** The attention of one head: byte i * tokens + j is what token i gives to token j. */
export interface Weights {
  bytes: Uint8Array;
  /** The weight that byte 255 stands for. */
  scale: number;
}

export interface Attention {
  tokens: string[];
  /** The word of every token; -1 for special ones. */
  tokenWords: Int32Array;
  layers: number;
  heads: number;
  layer: number;
  head: number;
  /** Null while this head is not here. */
  weights: Weights | null;
  held: ReadonlySet<number>;
  selected: number | null;
  static: boolean;
}

export function weightOf(weights: Weights, count: number, row: number, column: number): number {
  return ((weights.bytes[row * count + column] ?? 0) / 255) * weights.scale;
}

function readTokenWords(model: Model, tokens: number, words: number): Int32Array {
  const owners = read.int32(model, "token_words", tokens);
  if (owners === null) return new Int32Array(tokens).fill(-1);
  check(
    owners.every((word) => word >= -1 && word < words),
    "The saved state is damaged: a token belongs to a word that does not exist.",
  );
  return owners;
}

export function readAttention(model: Model): Attention {
  const tokens = read.texts(model, "tokens");
  const [layers, heads] = [read.integer(model, "layers"), read.integer(model, "heads")];
  const layer = read.integer(model, "layer", Math.max(1, layers));
  const head = read.integer(model, "head", Math.max(1, heads));
  const words = read.texts(model, "words").length;
  const held = read.numbers(model, "_held");
  const scales = read.numbers(model, "_scales");
  check(
    held.length === scales.length && scales.every((scale) => scale >= 0),
    "The saved state is damaged: the attention maps and their scales do not agree.",
  );
  const size = tokens.length ** 2;
  const maps = read.uint8(model, "_weights", held.length * size);
  const at = held.indexOf(layer * heads + head);
  const found = maps !== null && at >= 0 && tokens.length > 0;
  return {
    tokens,
    tokenWords: readTokenWords(model, tokens.length, words),
    layers,
    heads,
    layer,
    head,
    weights: found
      ? { bytes: maps.subarray(at * size, (at + 1) * size), scale: scales[at] ?? 0 }
      : null,
    held: new Set(held),
    selected: read.indexOrNull(model, "selected", words),
    static: read.flag(model, "_static"),
  };
}
