import type { Bounds, Line } from "../shared/plot.ts";

/** Where the reader looks: a step under the cursor, and a range of steps (null: the whole run). */
export interface Place {
  cursor: number | null;
  zoom: Bounds | null;
}

/** A dragged range as a zoom within the run; null where it is too narrow to mean one. */
export function zoomed(one: number, other: number, [from, to]: Bounds): Bounds | null {
  const [left, right] = [Math.max(from, Math.min(one, other)), Math.min(to, Math.max(one, other))];
  return right - left < Math.min(2, (to - from) / 2) ? null : [left, right];
}

/** A window made wider or narrower around a place, kept within the run; null for the whole of it. */
export function scaled(view: Bounds, around: number, factor: number, whole: Bounds): Bounds | null {
  const width = Math.max(2, (view[1] - view[0]) * factor);
  if (width >= whole[1] - whole[0]) return null;
  const share = (around - view[0]) / (view[1] - view[0]);
  const left = Math.min(Math.max(whole[0], around - share * width), whole[1] - width);
  return [left, left + width];
}

/** The step so many measurements away from one. */
export function beside(lines: readonly Line[], step: number, by: number): number {
  const steps = [...new Set(lines.flatMap((line) => [...line.steps]))].sort((a, b) => a - b);
  const from = steps.findIndex((one) => one >= step);
  const at = Math.min(steps.length - 1, Math.max(0, (from < 0 ? steps.length - 1 : from) + by));
  return steps[at] ?? step;
}

/** Where a key leads; null for a key that leads nowhere. */
export function steered(
  { key, shiftKey }: { key: string; shiftKey: boolean },
  { cursor, zoom }: Place,
  lines: readonly Line[],
  whole: Bounds,
): Place | null {
  const view = zoom ?? whole;
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
