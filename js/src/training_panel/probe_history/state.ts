import { codePoints, type Range } from "../../shared/codepoints.ts";
import { largestMagnitude } from "../../shared/color/scales.ts";
import type { Model } from "../../shared/model/model.ts";
import * as read from "../../shared/model/read.ts";
import { check } from "../../shared/model/read.ts";
import type { Trait } from "../traits.ts";

export const PROBE_HISTORY_TRAITS = [
  "labels",
  "_probe_history_steps",
  "_probe_history_counts",
  "_probe_history_offsets",
  "_probe_history_scores",
  "_probe_history_probabilities",
  "_probe_history_targets",
  "_probe_history_probes",
] as const satisfies readonly Trait[];
type ProbeHistoryTrait = (typeof PROBE_HISTORY_TRAITS)[number];

/** The snapshots of the probes, one per step. */
export interface ProbeHistory {
  labels: string[];
  probes: string[];
  steps: Int32Array;
  /** The words of each probe. */
  words: Range[][];
  /** The largest score of the whole history, so that colours mean the same in every snapshot. */
  largest: number;
  /** The scores of a probe's words in a snapshot. */
  scores: (snapshot: number, probe: number) => Float32Array;
  /** The probability of each class. */
  probabilities: (snapshot: number, probe: number) => Float32Array;
  /** The class that the scores explain. */
  target: (snapshot: number, probe: number) => number;
}

export function readProbeHistory(model: Model<ProbeHistoryTrait>): ProbeHistory {
  const labels = read.texts(model, "labels");
  const probes = read.texts(model, "_probe_history_probes");
  const counts = read.numbers(model, "_probe_history_counts");
  check(
    counts.length === probes.length && counts.every((n) => Number.isInteger(n) && n >= 0),
    "“_probe_history_counts” does not have one word count per probe.",
  );
  const steps = new Int32Array(read.bytes(model, "_probe_history_steps", 4));
  const starts = [0];
  for (const n of counts) starts.push((starts.at(-1) ?? 0) + n);
  const total = starts.at(-1) ?? 0;
  const [snapshots, classes, count] = [steps.length, labels.length, probes.length];
  const none = new ArrayBuffer(0);
  const offsets = read.int32(model, "_probe_history_offsets", 2 * total) ?? new Int32Array(none);
  const scores =
    read.float32(model, "_probe_history_scores", snapshots * total) ?? new Float32Array(none);
  const probabilities =
    read.float32(model, "_probe_history_probabilities", snapshots * count * classes) ??
    new Float32Array(none);
  const targets =
    read.int32(model, "_probe_history_targets", snapshots * count) ?? new Int32Array(none);
  check(
    targets.every((target) => target >= 0 && target < classes),
    "“_probe_history_targets” refers to an unknown class.",
  );
  const words = probes.map((text, probe) => {
    const { length } = codePoints(text);
    return Array.from({ length: counts[probe] ?? 0 }, (_, i): Range => {
      const first = 2 * ((starts[probe] ?? 0) + i);
      const [start, end] = [offsets[first] ?? -1, offsets[first + 1] ?? -1];
      check(
        0 <= start && start <= end && end <= length,
        `Word ${i + 1} of probe ${probe + 1} has no valid position in its text.`,
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
    scores: (snapshot, probe) =>
      scores.subarray(
        snapshot * total + (starts[probe] ?? 0),
        snapshot * total + (starts[probe + 1] ?? 0),
      ),
    probabilities: (snapshot, probe) => {
      const start = (snapshot * count + probe) * classes;
      return probabilities.subarray(start, start + classes);
    },
    target: (snapshot, probe) => targets[snapshot * count + probe] ?? 0,
  };
}
