import type { Box } from "../state.ts";

/** The values a box may hold: variability from 0 to the first, confidence from 0 to the second. */
export type Limits = readonly [number, number];

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));

/** The box between two corners in any order; null if it has no area. */
export function boxBetween(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  [right, top]: Limits,
): Box | null {
  const [left, end] = [clamp(Math.min(x1, x2), right), clamp(Math.max(x1, x2), right)];
  const [low, high] = [clamp(Math.min(y1, y2), top), clamp(Math.max(y1, y2), top)];
  return end > left && high > low ? [left, end, low, high] : null;
}

/** The first box of the keyboard: the examples that are hard to learn. */
export function firstBox([right, top]: Limits): Box {
  return [0, right / 2, 0, top / 3];
}

/** The moved box, kept within the limits. */
export function moved([left, end, low, high]: Box, dx: number, dy: number, limits: Limits): Box {
  const x = Math.min(limits[0] - end, Math.max(-left, dx));
  const y = Math.min(limits[1] - high, Math.max(-low, dy));
  return [left + x, end + x, low + y, high + y];
}

/** The box with its upper right corner moved; it keeps a minimum size. */
export function resized([left, end, low, high]: Box, dx: number, dy: number, limits: Limits): Box {
  const [right, top] = limits;
  return [
    left,
    Math.max(Math.min(left + right / 40, right), clamp(end + dx, right)),
    low,
    Math.max(Math.min(low + top / 40, top), clamp(high + dy, top)),
  ];
}

const STEPS = 40;
const DIRECTIONS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The box after a key: arrows move it, with Shift they resize it, Escape removes it. */
export function boxAfter(
  { key, shiftKey }: { key: string; shiftKey: boolean },
  box: Box | null,
  limits: Limits,
): { box: Box | null } | null {
  if (key === "Escape") return { box: null };
  const direction = DIRECTIONS[key];
  if (direction === undefined) return null;
  if (box === null) return { box: firstBox(limits) };
  const [dx, dy] = [(direction[0] * limits[0]) / STEPS, (direction[1] * limits[1]) / STEPS];
  return { box: (shiftKey ? resized : moved)(box, dx, dy, limits) };
}
