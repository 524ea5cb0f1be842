export type Values = (number | null)[];

/** Values over steps; a value that is not finite is a gap. */
export interface Line {
  steps: Float64Array;
  values: Float64Array;
}

/** Lines with steps of their own on one axis of steps: null where a line has no value. */
export function aligned(lines: readonly Line[]): { steps: number[]; values: Values[] } {
  const all = new Set<number>();
  for (const { steps } of lines) for (const step of steps) all.add(step);
  const steps = [...all].sort((a, b) => a - b);
  const position = new Map(steps.map((step, i) => [step, i]));
  const values = lines.map((line) => {
    const placed: Values = new Array(steps.length).fill(null);
    for (let i = 0; i < line.steps.length; i++) {
      const at = position.get(line.steps[i] ?? 0);
      const value = line.values[i];
      if (at !== undefined && value !== undefined && Number.isFinite(value)) placed[at] = value;
    }
    return placed;
  });
  return { steps, values };
}

/**
 * An exponential moving average in which a value loses half its weight over `halfLife` steps,
 * corrected for its start (Kingma & Ba 2015, section 3). For the eye only.
 */
export function smoothed({ steps, values }: Line, halfLife: number): Float64Array {
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

/** The last finite value at or before a step; the very last one where no step is asked for. */
export function valueAt({ steps, values }: Line, step: number | null): number | null {
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i];
    if (value === undefined || !Number.isFinite(value)) continue;
    if (step === null || (steps[i] ?? 0) <= step) return value;
  }
  return null;
}

/** The steps at which an epoch ends before the run does. */
export function epochMarks(totalSteps: number, epochs: number): number[] {
  if (totalSteps <= 0 || epochs <= 1) return [];
  const marks: number[] = [];
  for (let epoch = 1; epoch < epochs && epoch <= 200; epoch++) {
    marks.push((totalSteps * epoch) / epochs);
  }
  return marks;
}

export type Bounds = [number, number];

/** From zero to a little above the largest value. */
export function fromZero(_least: number | null, largest: number | null): Bounds {
  return [0, largest !== null && largest > 0 ? largest * 1.06 : 1];
}

/** A share: up to one, down to the tenth below the smallest value, never less than half the range. */
export function shareBounds(least: number | null, _largest: number | null): Bounds {
  if (least === null) return [0.5, 1];
  return [Math.min(0.5, Math.max(0, Math.floor(least * 10 - 0.5) / 10)), 1];
}
