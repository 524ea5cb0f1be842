import type { Palette } from "../../shared/color/palette.ts";
import { passes, rowsOfWord, stretches } from "../arrangement.ts";
import { type Layout, labelled, PITCH, type Place } from "../plot/layout.ts";
import { type Grid, type Pen, shortened, type TextLook } from "../plot/pen.ts";
import type { Scroll } from "../plot/stage.ts";
import type { Attention } from "../state.ts";

const GRID_FROM_CELL = 8;
const LEFT_OUT_WIDTH = 30;

export interface MatrixPainting {
  state: Attention;
  layout: Layout;
  scroll: Scroll;
  cursor: Place | null;
  palette: Palette;
  /** The weights; null until they are available. */
  grid: Grid | null;
  /** A blurred preview, shown until then. */
  preview: { grid: Grid; side: number; index: number } | null;
}

/** Draws what is in view: cells, marks, then the axes on top. */
export function paintMatrix(pen: Pen, painting: MatrixPainting): void {
  const { layout, scroll, palette } = painting;
  const { left, top, viewWidth, viewHeight } = layout;
  const view = { x: left, y: top, width: viewWidth - left, height: viewHeight - top };
  pen.within(view, () => {
    cells(pen, painting);
    dim(pen, painting);
    leftOut(pen, painting);
  });
  const around = { x: left - 2, y: top - 2, width: view.width + 4, height: view.height + 4 };
  pen.within(around, () => marks(pen, painting, left - scroll.left, top - scroll.top));
  labels(pen, painting, palette);
}

function cells(pen: Pen, { layout, scroll, palette, grid, preview }: MatrixPainting): void {
  const { left, top, cell, count, viewWidth, viewHeight } = layout;
  const size = count * cell;
  const whole = { x: left - scroll.left, y: top - scroll.top, width: size, height: size };
  if (grid === null) {
    pen.fill(whole, palette.surface);
    if (preview === null) return;
    const { side, index } = preview;
    pen.cells(preview.grid, { x: 0, y: index * side, width: side, height: side }, whole);
    pen.fill(whole, palette.background, 0.55);
    return;
  }
  if (cell < 1) {
    // The whole matrix is in view. Its cells are pooled so that each keeps its colour.
    const { columns } = grid;
    pen.cells(grid, { x: 0, y: 0, width: columns, height: columns }, whole);
    return;
  }
  const range = (shift: number, extent: number): [number, number] => [
    Math.max(0, Math.floor(shift / cell)),
    Math.min(count, Math.ceil((shift + extent) / cell)),
  ];
  const [x, right] = range(scroll.left, viewWidth - left);
  const [y, bottom] = range(scroll.top, viewHeight - top);
  const source = { x, y, width: right - x, height: bottom - y };
  const box = {
    x: whole.x + x * cell,
    y: whole.y + y * cell,
    width: source.width * cell,
    height: source.height * cell,
  };
  pen.cells(grid, source, box);
  if (cell < GRID_FROM_CELL) return;
  for (let i = x + 1; i < right; i++)
    pen.fill({ ...box, x: whole.x + i * cell - 0.5, width: 1 }, palette.background);
  for (let i = y + 1; i < bottom; i++)
    pen.fill({ ...box, y: whole.y + i * cell - 0.5, height: 1 }, palette.background);
}

/** Dims what the filter for pairs excludes, and separates the two texts. */
function dim(pen: Pen, { state, layout, scroll, palette }: MatrixPainting): void {
  if (!state.isPair) return;
  const { left, top, cell, count } = layout;
  const parts = stretches(state.rows);
  const passing = passes(state.filter, state.rows);
  const [x, y] = [left - scroll.left, top - scroll.top];
  for (const row of parts) {
    for (const column of parts) {
      if (passing(row.start, column.start)) continue;
      const box = {
        x: x + column.start * cell,
        y: y + row.start * cell,
        width: (column.end - column.start) * cell,
        height: (row.end - row.start) * cell,
      };
      pen.fill(box, palette.background, 0.82);
    }
  }
  const second = parts.find(({ segment }) => segment === 1)?.start;
  if (second === undefined) return;
  const [boundary, size] = [second * cell, count * cell];
  pen.line([x + boundary, y, x + boundary, y + size], palette.muted, 1);
  pen.line([x, y + boundary, x + size, y + boundary], palette.muted, 1);
}

/** To the right of each row, how much of it went to hidden tokens. */
function leftOut(pen: Pen, { state, layout, scroll, palette }: MatrixPainting): void {
  const { left, top, cell, count } = layout;
  const x = left - scroll.left + count * cell + 4;
  state.leftOut.forEach((share, row) => {
    const y = top - scroll.top + row * cell;
    const gap = cell >= GRID_FROM_CELL ? 1.5 : 0;
    const box = { x, y: y + gap, width: LEFT_OUT_WIDTH, height: cell - 2 * gap };
    pen.fill(box, palette.track);
    pen.fill({ ...box, width: share * LEFT_OUT_WIDTH }, palette.muted);
  });
}

function marks(pen: Pen, painting: MatrixPainting, x: number, y: number): void {
  const { state, layout, cursor, palette } = painting;
  const { cell, count } = layout;
  const size = count * cell;
  const across = (row: number, rows: number) => ({
    x,
    y: y + row * cell,
    width: size,
    height: rows * cell,
  });
  const along = (column: number, columns: number) => ({
    x: x + column * cell,
    y,
    width: columns * cell,
    height: size,
  });
  const { row = null, column = null } = cursor ?? {};
  if (row !== null) pen.frame(across(row, 1), palette.muted, 1);
  if (column !== null) pen.frame(along(column, 1), palette.muted, 1);
  if (row !== null && column !== null) {
    const box = { ...along(column, 1), ...across(row, 1), x: x + column * cell, width: cell };
    // A frame that is visible on dark and light cells.
    pen.frame(box, palette.background, 4);
    pen.frame(box, palette.foreground, 2);
  }
  const width = cell < GRID_FROM_CELL ? 1 : 2;
  for (const [start, end] of spans(rowsOfWord(state.rows, state.selected))) {
    pen.frame(across(start, end - start), palette.foreground, width);
    pen.frame(along(start, end - start), palette.foreground, width);
  }
}

/** Neighbouring rows as half-open ranges. */
export function spans(rows: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const row of rows) {
    const last = ranges.at(-1);
    if (last?.[1] === row) last[1] = row + 1;
    else ranges.push([row, row + 1]);
  }
  return ranges;
}

function labels(pen: Pen, painting: MatrixPainting, palette: Palette): void {
  const { state, layout, scroll, cursor } = painting;
  const { left, top, cell, count, viewWidth, viewHeight } = layout;
  const { rows, selected } = state;
  const chosen = rowsOfWord(rows, selected);
  const axis = (
    name: "row" | "column",
    extent: number,
    shift: number,
    write: (text: string, middle: number, look: TextLook) => void,
  ): void => {
    const pointed = cursor?.[name] ?? null;
    const important = pointed === null ? chosen : [pointed, ...chosen];
    for (const i of labelled(PITCH[name], count, cell, important)) {
      const middle = (i + 0.5) * cell - shift;
      if (middle < 0 || middle > extent) continue;
      const bold = important.includes(i);
      const color = rows.words[i] === -1 && !bold ? palette.muted : palette.foreground;
      write(shortened(pen, rows.labels[i] ?? "", left - 7, bold), middle, { color, bold });
    }
  };
  axis("row", viewHeight - top, scroll.top, (text, middle, look) =>
    pen.text(text, left - 7, top + middle, { ...look, align: "right" }),
  );
  axis("column", viewWidth - left, scroll.left, (text, middle, look) =>
    pen.text(text, left + middle, top - 8, { ...look, angle: 45 }),
  );
}
