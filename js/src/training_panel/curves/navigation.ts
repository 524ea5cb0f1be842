import type { Bounds, Line } from "../../shared/plot/plot.ts";

/** The visible part of the run: the step under the cursor and the range of steps (null: without a zoom). */
export interface Place {
  cursor: number | null;
  zoom: Bounds | null;
}

/** A dragged range limited to the run; null if it is too narrow for a zoom. */
export function zoomed(one: number, other: number, [from, to]: Bounds): Bounds | null {
  const [left, right] = [Math.max(from, Math.min(one, other)), Math.min(to, Math.max(one, other))];
  return right - left < Math.min(2, (to - from) / 2) ? null : [left, right];
}

/** The range scaled around a step and limited to the run; null where that is all of it. */
export function scaled(view: Bounds, around: number, factor: number, whole: Bounds): Bounds | null {
  const width = Math.max(2, (view[1] - view[0]) * factor);
  if (width >= whole[1] - whole[0]) return null;
  const share = (around - view[0]) / (view[1] - view[0]);
  const left = Math.min(Math.max(whole[0], around - share * width), whole[1] - width);
  return [left, left + width];
}

/** The step `by` measurements away from another one. */
export function beside(lines: readonly Line[], step: number, by: number): number {
  const steps = [...new Set(lines.flatMap((line) => [...line.steps]))].sort((a, b) => a - b);
  const from = steps.findIndex((measured) => measured >= step);
  const index = Math.min(steps.length - 1, Math.max(0, (from < 0 ? steps.length - 1 : from) + by));
  return steps[index] ?? step;
}

/** The cursor and zoom after a key press; null if the key has no meaning here. */
export function steered(
  { key, shiftKey }: { key: string; shiftKey: boolean },
  { cursor, zoom }: Place,
  lines: readonly Line[],
  whole: Bounds,
  view: Bounds,
): Place | null {
  const step = cursor ?? view[1];
  const far = shiftKey ? 10 : 1;
  switch (key) {
    case "ArrowLeft":
      return { cursor: beside(lines, step, -far), zoom };
    case "ArrowRight":
      return { cursor: beside(lines, step, far), zoom };
    case "+":
    case "=":
      return { cursor, zoom: scaled(view, step, 0.5, whole) };
    case "-":
      return { cursor, zoom: scaled(view, step, 2, whole) };
    case "Escape":
      return { cursor: null, zoom: null };
    default:
      return null;
  }
}
