const SMALLEST_CELL = 3;
const LARGEST_CELL = 34;
const TALLEST = 600;
const ASIDE = 232;
const ASIDE_GAP = 28;
/** The least distance between labels: slanted ones need more, to lie clear of each other. */
const PITCH = { row: 14, column: 19 };
const MARGIN = 2;
const LABEL_GAP = 7;
const SLANT = Math.SQRT1_2;

/** Lengths in CSS pixels. The axes stay in place while the matrix scrolls beneath them. */
export interface Layout {
  count: number;
  cell: number;
  /** Space for the row labels, and for the slanted column labels. */
  left: number;
  top: number;
  /** The whole drawing, and the part of it that is on screen. */
  width: number;
  height: number;
  viewWidth: number;
  viewHeight: number;
  /** The readings fit beside the matrix. */
  aside: boolean;
}

export function layOut(available: number, count: number, labelWidth: number): Layout {
  const left = Math.ceil(labelWidth) + LABEL_GAP;
  const top = Math.ceil(labelWidth * SLANT) + LABEL_GAP + 6;
  const overhang = Math.ceil(labelWidth * SLANT);
  const largestIn = (width: number): number =>
    Math.floor(Math.min(width - left - overhang, TALLEST) / Math.max(1, count));
  const beside = largestIn(available - ASIDE - ASIDE_GAP);
  const aside = available >= 560 && beside >= 9;
  const cell = Math.min(
    LARGEST_CELL,
    Math.max(SMALLEST_CELL, aside ? beside : largestIn(available)),
  );
  const width = left + count * cell + overhang;
  const height = top + count * cell + MARGIN;
  return {
    count,
    cell,
    left,
    top,
    width,
    height,
    viewWidth: Math.min(width, available),
    viewHeight: Math.min(height, top + TALLEST),
    aside,
  };
}

/** A token on either axis or a cell: null stands for "no row" or "no column". */
export interface Place {
  row: number | null;
  column: number | null;
}

/** What lies under a point of the view, labels included. */
export function placeAt(
  layout: Layout,
  x: number,
  y: number,
  scroll: { left: number; top: number },
): Place | null {
  const { cell, left, top, count } = layout;
  const index = (offset: number): number | null => {
    const i = Math.floor(offset / cell);
    return offset >= 0 && i < count ? i : null;
  };
  const row = y >= top ? index(y - top + scroll.top) : null;
  // Column labels lean to the right, as much as they rise.
  const lean = y < top ? top - y : 0;
  const column = x - lean >= left ? index(x - lean - left + scroll.left) : null;
  if (y >= top) return row === null || (x >= left && column === null) ? null : { row, column };
  return column === null ? null : { row: null, column };
}

/** The tokens whose labels are drawn: those that matter first, then as many as stay legible. */
export function labelled(
  axis: "row" | "column",
  count: number,
  cell: number,
  important: readonly number[],
): number[] {
  const stride = Math.max(1, Math.ceil(PITCH[axis] / cell));
  if (stride === 1) return Array.from({ length: count }, (_, i) => i);
  const first = [...new Set(important)].sort((a, b) => a - b);
  const kept: number[] = [];
  for (const i of first) {
    if (kept.every((other) => Math.abs(other - i) >= stride)) kept.push(i);
  }
  for (let i = 0; i < count; i += stride) {
    if (kept.every((other) => Math.abs(other - i) >= stride)) kept.push(i);
  }
  return kept;
}
