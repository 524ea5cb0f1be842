import type { Scene, Scroll } from "./stage.ts";

const LARGEST_CELL = 36;
const TALLEST = 560;
/** The width of the readings beside a plot, and of the gap between. */
export const ASIDE = 260;
export const ASIDE_GAP = 28;
export const ASIDE_FROM = 660;
/** The minimum distance between labels; slanted labels need more so as not to overlap. */
export const PITCH = { row: 13, column: 19 };
const MARGIN = 2;
const LABEL_GAP = 7;
const SLANT = Math.SQRT1_2;

export interface Layout extends Scene {
  count: number;
  cell: number;
}

export const fitsAside = (available: number): boolean => available >= ASIDE_FROM;

/** The width available to a plot, with its readings beside or below it. */
export function plotWidth(available: number): number {
  return fitsAside(available) ? available - ASIDE - ASIDE_GAP : available;
}

/** Lays out a matrix in the available width; `zoomed` is the requested cell size, null to fit everything. */
export function layOut(
  available: number,
  count: number,
  labelWidth: number,
  zoomed: number | null,
): Layout {
  const left = Math.ceil(labelWidth) + LABEL_GAP;
  const top = Math.ceil(labelWidth * SLANT) + LABEL_GAP + 6;
  const overhang = Math.ceil(labelWidth * SLANT);
  const room = Math.min(plotWidth(available) - left - overhang, TALLEST);
  const fit = whole(Math.min(LARGEST_CELL, room / Math.max(1, count)));
  const cell = zoomed === null ? fit : whole(Math.max(fit, Math.min(LARGEST_CELL, zoomed)));
  const width = left + count * cell + overhang;
  const height = top + count * cell + MARGIN;
  return {
    count,
    cell,
    left,
    top,
    width,
    height,
    across: cell,
    down: cell,
    viewWidth: Math.min(width, plotWidth(available)),
    viewHeight: Math.min(height, top + Math.max(room, count * fit) + MARGIN),
  };
}

/** Cells have the same size only if it is a whole number of pixels. */
const whole = (cell: number): number => (cell >= 1 ? Math.floor(cell) : cell);

/** The cell size one zoom step in or out; null when everything fits. */
export function zoomedCell({ cell }: Layout, by: 1 | 0 | -1): number | null {
  if (by === 0) return null;
  if (by === 1) return cell < 1 ? 1 : Math.max(cell + 1, Math.round(cell * 1.4));
  return cell <= 1 ? null : Math.min(cell - 1, Math.round(cell / 1.4));
}

/** A cell, or the label of a token on one axis, where the other axis is null. */
export interface Place {
  row: number | null;
  column: number | null;
}

export function samePlace(one: Place | null, other: Place | null): boolean {
  return one?.row === other?.row && one?.column === other?.column;
}

/** Visits every cell, those of one row or column, or a single one. */
export function eachCell(
  count: number,
  { row, column }: Place,
  visit: (row: number, column: number) => void,
): void {
  const range = (index: number | null): [number, number] =>
    index === null ? [0, count] : [index, index + 1];
  const [[top, bottom], [left, right]] = [range(row), range(column)];
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) visit(y, x);
}

const STEPS: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The cell that an arrow key moves to, at first the one in the corner; null for other keys. */
export function cellBeside(
  from: Place | null,
  key: string,
  count: number,
): { row: number; column: number } | null {
  const step = STEPS[key];
  if (step === undefined) return null;
  const move = (start: number | null, by: number): number =>
    start === null ? 0 : Math.min(count - 1, Math.max(0, start + by));
  return { row: move(from?.row ?? null, step[0]), column: move(from?.column ?? null, step[1]) };
}

/** The cell or label at a point of the view. */
export function placeAt(layout: Layout, x: number, y: number, scroll: Scroll): Place | null {
  const { cell, left, top, count } = layout;
  const index = (offset: number): number | null => {
    const i = Math.floor(offset / cell);
    return offset >= 0 && i < count ? i : null;
  };
  const row = y >= top ? index(y - top + scroll.top) : null;
  // Column labels are slanted by 45 degrees.
  const lean = y < top ? top - y : 0;
  const column = x - lean >= left ? index(x - lean - left + scroll.left) : null;
  if (y >= top) return row === null || (x >= left && column === null) ? null : { row, column };
  return column === null ? null : { row: null, column };
}

/** The tokens whose labels are drawn: important ones first, then as many as are legible. */
export function labelled(
  pitch: number,
  count: number,
  cell: number,
  important: readonly number[],
): number[] {
  const stride = Math.max(1, Math.ceil(pitch / cell));
  if (stride === 1) return Array.from({ length: count }, (_, i) => i);
  const chosen: number[] = [];
  const fits = (i: number): boolean => chosen.every((other) => Math.abs(other - i) >= stride);
  for (const i of new Set(important)) if (fits(i)) chosen.push(i);
  for (let i = 0; i < count; i += stride) if (fits(i)) chosen.push(i);
  return chosen;
}
