import type { Bounds, Line } from "../../shared/plot/plot.ts";

const NONE = new Float64Array(0);

export function lineOf(columns: ReadonlyMap<string, Float64Array>, name: string): Line {
  const [steps, values] = [columns.get("step"), columns.get(name)];
  return steps && values ? { steps, values } : { steps: NONE, values: NONE };
}

/**
 * An exponential moving average in which a value loses half its weight over `halfLife` steps,
 * corrected for its start (Kingma & Ba 2015, section 3). Used only for drawing.
 */
export function smoothed({ steps, values }: Line, halfLife: number): Float64Array {
  if (halfLife <= 0) return values;
  const result = new Float64Array(values.length);
  let sum = 0;
  let weight = 0;
  const first = steps[0] ?? 0;
  let last = first - Math.max(1, (steps[1] ?? first) - first);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    const step = steps[i] ?? last;
    if (Number.isFinite(value)) {
      const keep = 0.5 ** (Math.max(step - last, 1e-9) / halfLife);
      sum = keep * sum + (1 - keep) * value;
      weight = keep * weight + (1 - keep);
      last = step;
    }
    result[i] = Number.isFinite(value) && weight > 0 ? sum / weight : Number.NaN;
  }
  return result;
}

/** The half-life in steps for a slider from 0 (off) to 100 (a tenth of the run). */
export function halfLife(slider: number, totalSteps: number): number {
  return slider <= 0 ? 0 : Math.max(1, totalSteps * 10 ** (slider / 50 - 3));
}

/** The last finite value at or before a step; the last one if no step is given. */
export function valueAt({ steps, values }: Line, step: number | null): number | null {
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i];
    if (value === undefined || !Number.isFinite(value)) continue;
    if (step === null || (steps[i] ?? 0) <= step) return value;
  }
  return null;
}

/** The step nearest to a position on the axis at which a line has a point. */
export function nearestStep(lines: readonly Line[], place: number): number | null {
  let nearest: number | null = null;
  for (const { steps } of lines) {
    for (const step of steps) {
      if (nearest === null || Math.abs(step - place) < Math.abs(nearest - place)) nearest = step;
    }
  }
  return nearest;
}

/** The smallest of 10, 20, 50, 100, 200 ... that is not below a number of steps. */
export function roundedUp(steps: number): number {
  return 10 * niceStep(steps / 10, 1);
}

const MOST_MARKS = 12;

/** Epochs that end in view, without the end of the run, thinned to every 2nd, 5th, 10th ... */
export function epochMarks(
  totalSteps: number,
  epochs: number,
  [from, to]: Bounds,
): { epoch: number; step: number }[] {
  if (totalSteps <= 0 || epochs <= 1) return [];
  const length = totalSteps / epochs;
  const every = niceStep((to - from) / length, MOST_MARKS);
  const marks = [];
  for (let epoch = every; epoch * length <= to && epoch < epochs; epoch += every) {
    if (epoch * length >= from) marks.push({ epoch, step: epoch * length });
  }
  return marks;
}

/** The smallest of 1, 2, 5, 10, 20 ... that divides a range into at most `most` parts. */
function niceStep(range: number, most: number): number {
  let step = 1;
  for (let i = 0; range / step > most; i++) step *= i % 3 === 1 ? 2.5 : 2;
  return step;
}

/**
 * The smallest and the largest finite value drawn in a range of steps: those within it, and on
 * either side the neighbour to which a line is drawn. Null if there are none.
 */
export function extent(
  lines: readonly Line[],
  [from, to]: Bounds,
  above = Number.NEGATIVE_INFINITY,
): Bounds | null {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { steps, values } of lines) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if ((steps[i + 1] ?? to) < from || (steps[i - 1] ?? from) > to) continue;
      if (!Number.isFinite(value) || value <= above) continue;
      least = Math.min(least, value);
      largest = Math.max(largest, value);
    }
  }
  return least <= largest ? [least, largest] : null;
}

/** From zero to a little above the largest value. */
export function fromZero(extremes: Bounds | null): Bounds {
  return [0, extremes !== null && extremes[1] > 0 ? extremes[1] * 1.06 : 1];
}

/** A share: up to one, down to the tenth below the smallest value, never less than half the range. */
export function shareBounds(extremes: Bounds | null): Bounds {
  if (extremes === null) return [0.5, 1];
  return [Math.min(0.5, Math.max(0, Math.floor(extremes[0] * 10 - 0.5) / 10)), 1];
}

/** The extremes with a little room on both sides; on a log axis the room is a factor. */
export function tight(extremes: Bounds | null, log: boolean): Bounds {
  if (extremes === null) return [log ? 0.1 : 0, 1];
  const [least, largest] = extremes;
  if (log) return [least / 1.15, largest * 1.15];
  const room = (largest - least || Math.abs(largest) || 1) * 0.06;
  return [least - room, largest + room];
}
