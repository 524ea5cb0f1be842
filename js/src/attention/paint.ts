import { css, type Rgb } from "../shared/color.ts";
import type { Palette } from "../shared/palette.ts";
import { sequential } from "../shared/scales.ts";
import { type Layout, labelled, type Place } from "./layout.ts";
import type { Attention, Weights } from "./state.ts";

export const LABEL_SIZE = 12;
const GRID_FROM_CELL = 8;

export interface Painting {
  state: Attention;
  layout: Layout;
  scroll: { left: number; top: number };
  cursor: Place | null;
  palette: Palette;
  fontFamily: string;
  /** One pixel per cell, from `imageOf`; null while the weights are not here. */
  image: HTMLCanvasElement | null;
}

/** The weights as an image with one pixel per cell. */
export function imageOf(weights: Weights, count: number, palette: Palette): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = count;
  canvas.height = count;
  const image = new ImageData(count, count);
  const packed = new Uint32Array(image.data.buffer);
  const table = Uint32Array.from(sequential(palette), littleEndianPixel);
  weights.bytes.forEach((byte, i) => {
    packed[i] = table[byte] ?? 0;
  });
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}

function littleEndianPixel([r, g, b]: Rgb): number {
  return ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;
}

/** Draws what is in view: cells, marks, then the axes over them. */
export function paint(context: CanvasRenderingContext2D, painting: Painting): void {
  const { layout, scroll, palette, image } = painting;
  const { left, top, cell, count, viewWidth, viewHeight } = layout;
  context.clearRect(0, 0, viewWidth, viewHeight);
  context.save();
  context.beginPath();
  context.rect(left, top, viewWidth - left, viewHeight - top);
  context.clip();
  context.translate(left - scroll.left, top - scroll.top);
  const size = count * cell;
  if (image === null) {
    context.fillStyle = css(palette.surface);
    context.fillRect(0, 0, size, size);
  } else {
    context.imageSmoothingEnabled = false;
    context.drawImage(image, 0, 0, size, size);
    if (cell >= GRID_FROM_CELL) grid(context, layout, palette);
  }
  context.restore();
  marks(context, painting);
  labels(context, painting);
}

function grid(context: CanvasRenderingContext2D, { count, cell }: Layout, palette: Palette): void {
  context.fillStyle = css(palette.background);
  for (let i = 1; i < count; i++) {
    context.fillRect(i * cell - 0.5, 0, 1, count * cell);
    context.fillRect(0, i * cell - 0.5, count * cell, 1);
  }
}

/** The neighbouring tokens of the selected word, as half-open spans. */
function selectedSpans({ tokenWords, selected }: Attention): [number, number][] {
  const spans: [number, number][] = [];
  if (selected === null) return spans;
  tokenWords.forEach((word, i) => {
    if (word !== selected) return;
    const last = spans.at(-1);
    if (last?.[1] === i) last[1] = i + 1;
    else spans.push([i, i + 1]);
  });
  return spans;
}

function marks(context: CanvasRenderingContext2D, painting: Painting): void {
  const { state, layout, scroll, cursor, palette } = painting;
  const { left, top, cell, count, viewWidth, viewHeight } = layout;
  const size = count * cell;
  context.save();
  context.beginPath();
  context.rect(left - 2, top - 2, viewWidth - left + 4, viewHeight - top + 4);
  context.clip();
  context.translate(left - scroll.left, top - scroll.top);
  context.strokeStyle = css(palette.muted);
  if (cursor !== null) {
    context.lineWidth = 1;
    const { row, column } = cursor;
    if (row !== null) context.strokeRect(0, row * cell, size, cell);
    if (column !== null) context.strokeRect(column * cell, 0, cell, size);
    if (row !== null && column !== null) frame(context, palette, column * cell, row * cell, cell);
  }
  context.lineWidth = cell < GRID_FROM_CELL ? 1 : 2;
  context.strokeStyle = css(palette.foreground);
  for (const [start, end] of selectedSpans(state)) {
    context.strokeRect(0, start * cell, size, (end - start) * cell);
    context.strokeRect(start * cell, 0, (end - start) * cell, size);
  }
  context.restore();
}

/** A frame that stands out on dark cells and light ones. */
function frame(
  context: CanvasRenderingContext2D,
  palette: Palette,
  x: number,
  y: number,
  cell: number,
): void {
  context.lineWidth = 4;
  context.strokeStyle = css(palette.background);
  context.strokeRect(x, y, cell, cell);
  context.lineWidth = 2;
  context.strokeStyle = css(palette.foreground);
  context.strokeRect(x, y, cell, cell);
}

function labels(context: CanvasRenderingContext2D, painting: Painting): void {
  const { tokenWords, selected } = painting.state;
  const chosen = [...tokenWords.keys()].filter(
    (i) => selected !== null && tokenWords[i] === selected,
  );
  for (const axis of ["row", "column"] as const) {
    const { layout, scroll } = painting;
    const at = painting.cursor?.[axis] ?? null;
    const important = at === null ? chosen : [at, ...chosen];
    const [extent, shift] =
      axis === "row"
        ? [layout.viewHeight - layout.top, scroll.top]
        : [layout.viewWidth - layout.left, scroll.left];
    for (const i of labelled(axis, layout.count, layout.cell, important)) {
      const middle = (i + 0.5) * layout.cell - shift;
      if (middle < 0 || middle > extent) continue;
      label(context, painting, axis, i, middle, important.includes(i));
    }
  }
}

function label(
  context: CanvasRenderingContext2D,
  { state, layout, palette, fontFamily }: Painting,
  axis: "row" | "column",
  token: number,
  middle: number,
  strong: boolean,
): void {
  const { left, top } = layout;
  const faint = state.tokenWords[token] === -1 && !strong;
  context.save();
  context.font = `${strong ? 600 : 400} ${LABEL_SIZE}px ${fontFamily}`;
  context.fillStyle = css(faint ? palette.muted : palette.foreground);
  if (axis === "row") {
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.translate(left - 7, top + middle);
  } else {
    context.textAlign = "left";
    context.translate(left + middle, top - 6);
    context.rotate(-Math.PI / 4);
  }
  context.fillText(shortened(context, state.tokens[token] ?? "", left - 7), 0, 0);
  context.restore();
}

/** The text, cut with an ellipsis where it is wider than it may be. */
export function shortened(context: CanvasRenderingContext2D, text: string, widest: number): string {
  if (context.measureText(text).width <= widest) return text;
  const points = Array.from(text);
  while (points.length > 1 && context.measureText(`${points.join("")}…`).width > widest)
    points.pop();
  return `${points.join("")}…`;
}
