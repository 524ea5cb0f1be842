import type { Palette } from "../../shared/color/palette.ts";
import { rowsOfWord } from "../arrangement.ts";
import { labelled, PITCH, type Place } from "../plot/layout.ts";
import { type Pen, shortened } from "../plot/pen.ts";
import type { Scene, Scroll } from "../plot/stage.ts";
import type { Attention } from "../state.ts";
import type { Line, Strand } from "./links.ts";

const HEADER = 24;
const LARGEST_PITCH = 24;
const TALLEST = 560;
const GAP = 8;
const KEY = 42;
/** Space above the first token and below the last, so that their labels are not cut off. */
const PAD = 7;
/** With more lines than this, lines are drawn with less opacity. */
const CROWD = 150;
const WIDEST = 620;

export interface LinesLayout extends Scene {
  count: number;
  pitch: number;
  labelWidth: number;
}

/** Lays out two columns of tokens; `zoomed` is the requested distance between tokens, null to fit all. */
export function layOutLines(
  room: number,
  count: number,
  labelWidth: number,
  zoomed: number | null,
): LinesLayout {
  const fit = Math.min(LARGEST_PITCH, TALLEST / Math.max(1, count));
  const pitch = zoomed === null ? fit : Math.max(fit, Math.min(LARGEST_PITCH, zoomed));
  const width = Math.min(room, WIDEST);
  const height = HEADER + count * pitch + 2 * PAD;
  return {
    count,
    pitch,
    labelWidth,
    left: 0,
    top: HEADER,
    width,
    height,
    across: 1,
    down: pitch,
    viewWidth: width,
    viewHeight: Math.min(height, HEADER + TALLEST + 2 * PAD),
  };
}

/** The distance between tokens one zoom step in or out; null when all fit. */
export function zoomedPitch({ pitch, count }: LinesLayout, by: 1 | 0 | -1): number | null {
  if (by === 0) return null;
  const next = by === 1 ? pitch * 1.5 : pitch / 1.5;
  return next * count <= TALLEST ? null : next;
}

/** The token at a point: a row in the left column, a column in the right one. */
export function tokenAt(layout: LinesLayout, x: number, y: number, scroll: Scroll): Place | null {
  if (y < layout.top) return null;
  const index = Math.floor((y - layout.top - PAD + scroll.top) / layout.pitch);
  if (index < 0 || index >= layout.count) return null;
  if (x < layout.labelWidth + 2 * GAP) return { row: index, column: null };
  if (x > layout.width - layout.labelWidth - 2 * GAP) return { row: null, column: index };
  return null;
}

export interface LinesPainting {
  state: Attention;
  layout: LinesLayout;
  scroll: Scroll;
  isolated: Place;
  palette: Palette;
  strands: readonly (Strand & { lines: readonly Line[] })[];
}

export function paintLines(pen: Pen, painting: LinesPainting): void {
  const { layout, scroll, palette, strands } = painting;
  const { top, pitch, labelWidth, width, viewHeight } = layout;
  const [from, to] = [labelWidth + GAP, width - labelWidth - GAP];
  const muted = { color: palette.muted, size: 11 };
  pen.text("from", labelWidth, HEADER / 2 - 2, { ...muted, align: "right" });
  pen.text("to", width - labelWidth, HEADER / 2 - 2, muted);
  headKey(pen, painting, (from + to) / 2);
  const y = (token: number): number => top + PAD + (token + 0.5) * pitch - scroll.top;
  const seen = (token: number): boolean => y(token) >= top && y(token) <= viewHeight;
  pen.within({ x: 0, y: top, width, height: viewHeight - top }, () => {
    shade(pen, painting, y);
    const thin = Math.max(
      0.15,
      Math.min(1, CROWD / strands.reduce((sum, { lines }) => sum + lines.length, 1)),
    );
    for (const { color, lines } of strands) {
      for (const { row, column, share } of lines) {
        if (!seen(row) && !seen(column) && Math.sign(y(row) - top) === Math.sign(y(column) - top))
          continue;
        const style = { color, width: 0.75 + 2 * share, opacity: thin * (0.12 + 0.88 * share) };
        pen.curve([from, y(row)], [to, y(column)], style);
      }
    }
    for (const axis of ["row", "column"] as const) labels(pen, painting, axis, y);
  });
}

/** A key to the colours of the heads, if there are several. */
function headKey(pen: Pen, { strands, palette }: LinesPainting, middle: number): void {
  if (strands.length < 2) return;
  let x = middle - (strands.length * KEY) / 2;
  for (const { head, color } of strands) {
    pen.line([x, HEADER / 2 - 2, x + 14, HEADER / 2 - 2], color, 3);
    pen.text(`${head}`, x + 19, HEADER / 2 - 2, { color: palette.muted, size: 11 });
    x += KEY;
  }
}

/** Behind tokens that are linked to the isolated one, the colours of the heads that link them. */
function shade(
  pen: Pen,
  { layout, isolated, strands }: LinesPainting,
  y: (token: number) => number,
): void {
  if (isolated.row === null && isolated.column === null) return;
  const { labelWidth, width, pitch } = layout;
  const x = isolated.row === null ? 0 : width - labelWidth - GAP / 2;
  for (const { color, lines } of strands) {
    for (const { row, column, share } of lines) {
      const linked = isolated.row === null ? row : column;
      const box = { x, y: y(linked) - pitch / 2, width: labelWidth + GAP / 2, height: pitch };
      pen.fill(box, color, 0.04 + 0.36 * share);
    }
  }
}

function labels(
  pen: Pen,
  { state, layout, isolated, palette, strands }: LinesPainting,
  axis: "row" | "column",
  y: (token: number) => number,
): void {
  const { count, pitch, labelWidth, width, top, viewHeight } = layout;
  const { rows, selected } = state;
  const isolatedHere = isolated[axis];
  const chosen = rowsOfWord(rows, selected);
  const other = axis === "row" ? isolated.column : isolated.row;
  // If one token is isolated, the tokens that it is linked to most are labelled.
  const ends = strands.flatMap(({ lines }) => lines.slice(-12).map((line) => line[axis])).reverse();
  const important = [
    ...(isolatedHere === null ? chosen : [isolatedHere, ...chosen]),
    ...(other === null ? [] : ends),
  ];
  for (const i of labelled(PITCH.row, count, pitch, important)) {
    const middle = y(i);
    if (middle < top || middle > viewHeight) continue;
    const bold = i === isolatedHere || chosen.includes(i);
    const color = rows.words[i] === -1 && !bold ? palette.muted : palette.foreground;
    const text = shortened(pen, rows.labels[i] ?? "", labelWidth, bold);
    if (axis === "row") pen.text(text, labelWidth, middle, { color, bold, align: "right" });
    else pen.text(text, width - labelWidth, middle, { color, bold });
  }
}
