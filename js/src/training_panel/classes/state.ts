import type { Model } from "../../shared/model/model.ts";
import * as read from "../../shared/model/read.ts";
import { check } from "../../shared/model/read.ts";
import type { Trait } from "../traits.ts";

export const CLASSES_TRAITS = [
  "labels",
  "_confusion",
  "_confused",
  "_one_label",
  "_per_class",
] as const satisfies readonly Trait[];
type ClassesTrait = (typeof CLASSES_TRAITS)[number];

/** Values of each class in `scores`. */
export const SCORES = 4;
/** Python sends no more pairs of confused classes. */
export const MOST_PAIRS = 300;

/** The results of the latest evaluation for each class. */
export interface Classes {
  labels: string[];
  /** Counts with one row per true class and one column per predicted class; null if there are none. */
  confusion: Int32Array | null;
  /** True class, class predicted instead, number of texts; the most frequent first. */
  confused: [label: number, predicted: number, texts: number][];
  /** Whether each text has one label. */
  oneLabel: boolean;
  /** Rows of precision, recall, F1 and support; null before the first evaluation. */
  scores: Float32Array | null;
}

export function readClasses(model: Model<ClassesTrait>): Classes {
  const labels = read.texts(model, "labels");
  const confusion = new Int32Array(read.bytes(model, "_confusion", 4));
  const scores = read.float32Rows(model, "_per_class", SCORES);
  check(
    [0, labels.length ** 2].includes(confusion.length) && confusion.every((n) => n >= 0),
    "“_confusion” does not have one count for each pair of classes.",
  );
  check(
    [0, SCORES * labels.length].includes(scores.length),
    "“_per_class” does not have one row for each class.",
  );
  return {
    labels,
    confusion: confusion.length > 0 ? confusion : null,
    confused: readPairs(model, labels.length),
    oneLabel: read.flag(model, "_one_label"),
    scores: scores.length > 0 ? scores : null,
  };
}

function readPairs(model: Model<ClassesTrait>, classes: number): Classes["confused"] {
  const values = [...new Int32Array(read.bytes(model, "_confused", 4))];
  check(values.length % 3 === 0, "“_confused” is not a list of pairs with their counts.");
  return Array.from({ length: values.length / 3 }, (_, i) => {
    const [label = -1, predicted = -1, texts = -1] = values.slice(3 * i, 3 * i + 3);
    const known = [label, predicted].every((one) => one >= 0 && one < classes);
    check(known && texts >= 0, "“_confused” has a pair of unknown classes.");
    return [label, predicted, texts];
  });
}
