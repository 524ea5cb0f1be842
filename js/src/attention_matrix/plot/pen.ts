import { css, type Rgb } from "../../shared/color/color.ts";
import { h } from "../../shared/dom.ts";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Rows of bytes, with a colour for each value. */
export interface Grid {
  bytes: Uint8Array;
  columns: number;
  colors: readonly Rgb[];
  /** The painted grid; null until it is needed. */
  image: HTMLCanvasElement | null;
}

export interface TextLook {
  color: Rgb;
  size?: number;
  bold?: boolean;
  align?: "left" | "center" | "right";
  /** Rotation about the start of the text, counterclockwise, in degrees. */
  angle?: number;
  opacity?: number;
}

export const TEXT_SIZE = 12;

/** What views draw with: on a canvas, for the screen or a PNG file, or into an SVG file. */
export interface Pen {
  fill(box: Box, color: Rgb, opacity?: number): void;
  frame(box: Box, color: Rgb, width: number): void;
  line(points: readonly number[], color: Rgb, width: number, opacity?: number): void;
  /** From one point to another, horizontal at both ends. */
  curve(from: readonly [number, number], to: readonly [number, number], look: CurveLook): void;
  /** Vertically centred at `y`. */
  text(text: string, x: number, y: number, look: TextLook): void;
  widthOf(text: string, bold?: boolean, size?: number): number;
  /** The cells of `source` (in cells of the grid), scaled to `box`. */
  cells(grid: Grid, source: Box, box: Box): void;
  within(box: Box, draw: () => void): void;
}

export interface CurveLook {
  color: Rgb;
  width: number;
  opacity: number;
}

/** The grid with one pixel per cell, painted once and kept with the grid. */
export function imageOf(grid: Grid): HTMLCanvasElement {
  if (grid.image !== null) return grid.image;
  const { bytes, columns, colors } = grid;
  const rows = bytes.length / columns;
  const canvas = h("canvas");
  canvas.width = columns;
  canvas.height = rows;
  if (bytes.length > 0) {
    const image = new ImageData(columns, rows);
    const packed = new Uint32Array(image.data.buffer);
    const table = Uint32Array.from(colors, littleEndianPixel);
    for (let i = 0; i < bytes.length; i++) packed[i] = table[bytes[i] ?? 0] ?? 0;
    canvas.getContext("2d")?.putImageData(image, 0, 0);
  }
  grid.image = canvas;
  return canvas;
}

function littleEndianPixel([r, g, b]: Rgb): number {
  return ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;
}

export function fontOf(family: string, bold = false, size = TEXT_SIZE): string {
  return `${bold ? 600 : 400} ${size}px ${family}`;
}

export function canvasPen(context: CanvasRenderingContext2D, family: string): Pen {
  const setFont = (bold?: boolean, size?: number): void => {
    const font = fontOf(family, bold, size);
    if (context.font !== font) context.font = font;
  };
  const stroke = (color: Rgb, width: number): void => {
    context.strokeStyle = css(color);
    context.lineWidth = width;
  };
  return {
    fill: ({ x, y, width, height }, color, opacity) => {
      context.fillStyle = css(color);
      withOpacity(context, opacity, () => context.fillRect(x, y, width, height));
    },
    frame: ({ x, y, width: w, height: t }, color, width) => {
      stroke(color, width);
      context.strokeRect(x, y, w, t);
    },
    line: (points, color, width, opacity) => {
      stroke(color, width);
      context.beginPath();
      for (let i = 0; i + 1 < points.length; i += 2)
        context.lineTo(points[i] ?? 0, points[i + 1] ?? 0);
      withOpacity(context, opacity, () => context.stroke());
    },
    curve: ([x1, y1], [x2, y2], { color, width, opacity }) => {
      stroke(color, width);
      const middle = (x1 + x2) / 2;
      context.beginPath();
      context.moveTo(x1, y1);
      context.bezierCurveTo(middle, y1, middle, y2, x2, y2);
      withOpacity(context, opacity, () => context.stroke());
    },
    text: (text, x, y, style) => {
      setFont(style.bold, style.size);
      fillText(context, text, x, y, style);
    },
    widthOf: (text, bold, size) => {
      setFont(bold, size);
      return context.measureText(text).width;
    },
    cells: (grid, source, box) => drawCells(context, grid, source, box),
    within: ({ x, y, width, height }, draw) => {
      context.save();
      context.beginPath();
      context.rect(x, y, width, height);
      context.clip();
      draw();
      context.restore();
    },
  };
}

function withOpacity(
  context: CanvasRenderingContext2D,
  opacity: number | undefined,
  draw: () => void,
): void {
  context.globalAlpha = opacity ?? 1;
  draw();
  context.globalAlpha = 1;
}

function fillText(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  { color, align, angle, opacity }: TextLook,
): void {
  context.fillStyle = css(color);
  context.textAlign = align ?? "left";
  context.textBaseline = "middle";
  context.save();
  context.translate(x, y);
  if (angle) context.rotate((-angle * Math.PI) / 180);
  withOpacity(context, opacity, () => context.fillText(text, 0, 0));
  context.restore();
}

function drawCells(
  context: CanvasRenderingContext2D,
  grid: Grid,
  source: Box,
  { x, y, width, height }: Box,
): void {
  const { a: ratio } = context.getTransform();
  // Cells are averaged if several share a pixel; otherwise they keep sharp edges.
  context.imageSmoothingEnabled = width * ratio < source.width;
  context.drawImage(
    imageOf(grid),
    source.x,
    source.y,
    source.width,
    source.height,
    x,
    y,
    width,
    height,
  );
}

/** The text, truncated with an ellipsis if it is too wide. */
export function shortened(pen: Pen, text: string, widest: number, bold = false): string {
  if (pen.widthOf(text, bold) <= widest) return text;
  const points = Array.from(text);
  while (points.length > 1 && pen.widthOf(`${points.join("")}…`, bold) > widest) points.pop();
  return `${points.join("")}…`;
}

/** The width of the widest text, but at most `most`. */
export function widestOf(pen: Pen, texts: readonly string[], most: number): number {
  let widest = 0;
  for (const text of texts) widest = Math.max(widest, pen.widthOf(text, true));
  return Math.ceil(Math.min(most, widest));
}
