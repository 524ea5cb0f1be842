import type { Model } from "../../shared/model/model.ts";
import * as read from "../../shared/model/read.ts";
import { check } from "../../shared/model/read.ts";
import type { Trait } from "../traits.ts";

export const CLASSES_TRAITS = [
  "labels",
  "_confusion",
  "_per_class",
] as const satisfies readonly Trait[];
type ClassesTrait = (typeof CLASSES_TRAITS)[number];

/** The results of the latest evaluation for each class. */
export interface Classes {
  labels: string[];
  /** Counts with one row per true class and one column per predicted class; null if there are none. */
  confusion: Int32Array | null;
  /** Rows of precision, recall, F1 and support; null before the first evaluation. */
  scores: Float32Array | null;
}

export function readClasses(model: Model<ClassesTrait>): Classes {
  const labels = read.texts(model, "labels");
  const confusion = new Int32Array(read.bytes(model, "_confusion", 4));
  const scores = read.float32Rows(model, "_per_class", 4);
  check(
    [0, labels.length ** 2].includes(confusion.length) && confusion.every((n) => n >= 0),
    "“_confusion” does not have one count for each pair of classes.",
  );
  check(
    [0, 4 * labels.length].includes(scores.length),
    "“_per_class” does not have one row for each class.",
  );
  return {
    labels,
    confusion: confusion.length > 0 ? confusion : null,
    scores: scores.length > 0 ? scores : null,
  };
}
