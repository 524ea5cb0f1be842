import type { Model } from "../../shared/model/model.ts";
import * as read from "../../shared/model/read.ts";
import { check } from "../../shared/model/read.ts";
import type { Trait } from "../traits.ts";

export const MAP_TRAITS = [
  "labels",
  "_map",
  "map_epochs",
  "map_size",
  "selected_count",
  "_selected",
  "_suspects",
] as const satisfies readonly Trait[];
type MapTrait = (typeof MAP_TRAITS)[number];

export const POINT = 4;

/** How the probability of each training example's given label changed over the epochs so far. */
export interface DataMap {
  labels: string[];
  /** Rows of variability, confidence, correctness and the label's number. */
  points: Float32Array;
  epochs: number;
  /** The number of examples, whether drawn or not. */
  size: number;
  selectedCount: number;
  /** Name of the row, text, label, confidence, variability, correctness. */
  selected: [string, string, string, number, number, number][];
  /** Name of the row, text, label, the label it looks like, how suspicious. */
  suspects: [string, string, string, string, number][];
}

export function readMap(model: Model<MapTrait>): DataMap {
  const points = read.float32Rows(model, "_map", POINT);
  check(
    points.every((value) => Number.isFinite(value)),
    "“_map” has a value that is not finite.",
  );
  const number = "number";
  const text = "text";
  return {
    labels: read.texts(model, "labels"),
    points,
    epochs: read.number(model, "map_epochs"),
    size: read.integer(model, "map_size"),
    selectedCount: read.integer(model, "selected_count"),
    selected: read.tuples(model, "_selected", text, text, text, number, number, number),
    suspects: read.tuples(model, "_suspects", text, text, text, text, number),
  };
}
