import { codePoints, type Range } from "../shared/codepoints.ts";
import type { Model } from "../shared/model.ts";
import * as read from "../shared/read.ts";
import { check } from "../shared/read.ts";
import { largestMagnitude } from "../shared/scales.ts";
import type { Trait } from "./traits.ts";

export const FILM_TRAITS = [
  "labels",
  "_film_steps",
  "_film_counts",
  "_film_offsets",
  "_film_scores",
  "_film_probabilities",
  "_film_targets",
  "_film_probes",
] as const satisfies readonly Trait[];
type FilmTrait = (typeof FILM_TRAITS)[number];

/** What the model made of the probes at one step after the other. */
export interface Film {
  labels: string[];
  probes: string[];
  steps: Int32Array;
  /** The words of each probe. */
  words: Range[][];
  /** The largest score of the whole film, so that colours mean the same in every frame. */
  largest: number;
  /** The scores of a probe's words in a frame. */
  scores: (frame: number, probe: number) => Float32Array;
  /** The probability of each class. */
  probabilities: (frame: number, probe: number) => Float32Array;
  /** The class that the scores speak of. */
  target: (frame: number, probe: number) => number;
}

export function readFilm(model: Model<FilmTrait>): Film {
  const labels = read.texts(model, "labels");
  const probes = read.texts(model, "_film_probes");
  const counts = read.numbers(model, "_film_counts");
  check(
    counts.length === probes.length && counts.every((n) => Number.isInteger(n) && n >= 0),
    "“_film_counts” does not count the words of each probe.",
  );
  const steps = new Int32Array(read.bytes(model, "_film_steps", 4));
  const starts = [0];
  for (const n of counts) starts.push((starts.at(-1) ?? 0) + n);
  const total = starts.at(-1) ?? 0;
  const [frames, classes, count] = [steps.length, labels.length, probes.length];
  const none = new ArrayBuffer(0);
  const offsets = read.int32(model, "_film_offsets", 2 * total) ?? new Int32Array(none);
  const scores = read.float32(model, "_film_scores", frames * total) ?? new Float32Array(none);
  const probabilities =
    read.float32(model, "_film_probabilities", frames * count * classes) ?? new Float32Array(none);
  const targets = read.int32(model, "_film_targets", frames * count) ?? new Int32Array(none);
  check(
    targets.every((target) => target >= 0 && target < classes),
    "“_film_targets” names a class there is not.",
  );
  const words = probes.map((text, probe) => {
    const { length } = codePoints(text);
    return Array.from({ length: counts[probe] ?? 0 }, (_, i): Range => {
      const at = 2 * ((starts[probe] ?? 0) + i);
      const [start, end] = [offsets[at] ?? -1, offsets[at + 1] ?? -1];
      check(
        0 <= start && start <= end && end <= length,
        `Word ${i + 1} of probe ${probe + 1} has no place in it.`,
      );
      return { start, end };
    });
  });
  return {
    labels,
    probes,
    steps,
    words,
    largest: largestMagnitude(scores),
    scores: (frame, probe) =>
      scores.subarray(
        frame * total + (starts[probe] ?? 0),
        frame * total + (starts[probe + 1] ?? 0),
      ),
    probabilities: (frame, probe) => {
      const at = (frame * count + probe) * classes;
      return probabilities.subarray(at, at + classes);
    },
    target: (frame, probe) => targets[frame * count + probe] ?? 0,
  };
}
