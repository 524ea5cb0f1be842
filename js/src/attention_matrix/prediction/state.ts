import type { Model } from "../../shared/model/model.ts";
import * as read from "../../shared/model/read.ts";
import { check } from "../../shared/model/read.ts";
import type { Trait } from "../traits.ts";

export interface Predictions {
  labels: string[];
  logits: Float32Array;
  probabilities: Float32Array;
  /** For the text without masked tokens. */
  unmaskedProbabilities: Float32Array;
  /** For the current text, without the heads that are switched off. */
  ablatedProbabilities: Float32Array;
}

/** Changes to the text and the model. */
export interface Changes {
  /** The tokens that were replaced with the mask token. */
  masked: ReadonlySet<number>;
  maskable: boolean;
  /** The heads that are switched off: layer * heads + head. */
  ablated: ReadonlySet<number>;
}

export function readPredictions(model: Model<Trait>): Predictions {
  const labels = read.texts(model, "labels");
  const shares = (name: Trait): Float32Array =>
    read.float32(model, name, labels.length) ?? new Float32Array(labels.length);
  return {
    labels,
    logits: shares("logits"),
    probabilities: shares("probabilities"),
    unmaskedProbabilities: shares("unmasked_probabilities"),
    ablatedProbabilities: shares("ablated_probabilities"),
  };
}

export function readChanges(
  model: Model<Trait>,
  layers: number,
  heads: number,
  tokens: number,
): Changes {
  const masked = read.numbers(model, "masked");
  check(
    masked.every((token) => Number.isInteger(token) && token >= 0 && token < tokens),
    "“masked” refers to an unknown token.",
  );
  return {
    masked: new Set(masked),
    maskable: read.flag(model, "_maskable"),
    ablated: readAblated(model, layers, heads),
  };
}

function readAblated(model: Model<Trait>, layers: number, heads: number): Set<number> {
  const pairs = read.tuples(model, "ablated", "number", "number");
  check(
    pairs.every(([layer, head]) => layer >= 0 && layer < layers && head >= 0 && head < heads),
    "“ablated” refers to an unknown head.",
  );
  return new Set(pairs.map(([layer, head]) => layer * heads + head));
}
