import type { Palette } from "../../shared/color/palette.ts";
import { decimal, digitsFor, signed } from "../../shared/format.ts";
import { type Grid, type Pen, shortened } from "../plot/pen.ts";
import type { Scene, Scroll } from "../plot/stage.ts";

const ROW = 22;
const STRIP = 14;
const HEADER = 62;
const TALLEST = 25 * ROW;
const GAP = 12;
const SUM = 58;
/** The width of the longest heading of a strip. */
const HEADING = 96;

export interface QueryKeyLayout extends Scene {
  count: number;
  size: number;
  labelWidth: number;
  /** The width of one dimension. */
  cell: number;
  /** Where the columns start: keys, products, their sums, and weights. */
  key: number;
  product: number;
  sum: number;
  weight: number;
}

export function layOutQueryKey(
  available: number,
  count: number,
  size: number,
  labelWidth: number,
): QueryKeyLayout {
  const key = labelWidth + GAP;
  const bar = Math.max(84, Math.min(170, 0.2 * available));
  const room = (available - key - 2 * GAP - SUM - bar) / 2;
  const cell = Math.max(0.5, Math.min(8, Math.floor((2 * room) / size) / 2));
  const product = key + size * cell + GAP;
  const sum = product + size * cell;
  const weight = sum + SUM + GAP;
  const height = HEADER + count * ROW + 2;
  const width = Math.min(available, weight + bar);
  return {
    count,
    size,
    labelWidth,
    cell,
    key,
    product,
    sum,
    weight,
    left: 0,
    top: HEADER,
    width,
    height,
    across: 1,
    down: ROW,
    viewWidth: width,
    viewHeight: Math.min(height, HEADER + TALLEST),
  };
}

export interface Spot {
  /** A row in the order drawn. */
  row: number | null;
  dimension: number | null;
}

export function spotAt(layout: QueryKeyLayout, x: number, y: number, scroll: Scroll): Spot | null {
  const { key, product, cell, size, count } = layout;
  const dimension = [key, product]
    .map((start) => Math.floor((x - start) / cell))
    .find((column) => column >= 0 && column < size);
  const line = Math.floor((y - HEADER + scroll.top) / ROW);
  const row = y >= HEADER && line < count ? line : null;
  return row === null && dimension === undefined ? null : { row, dimension: dimension ?? null };
}

export interface QueryKeyPainting {
  layout: QueryKeyLayout;
  scroll: Scroll;
  palette: Palette;
  tokens: readonly string[];
  isSpecial: (token: number) => boolean;
  /** The tokens in the order of their rows. */
  order: readonly number[];
  query: number;
  grids: { query: Grid; key: Grid; product: Grid };
  /** The values of the strongest colours. */
  largest: { query: string; key: string; product: string };
  sums: Float32Array;
  weights: Float32Array;
  /** The largest weight, whose bar has the full length. */
  most: number;
  spot: Spot | null;
}

export function paintQueryKey(pen: Pen, painting: QueryKeyPainting): void {
  const { layout, scroll, order } = painting;
  header(pen, painting);
  const { width, viewHeight } = layout;
  const first = Math.floor(scroll.top / ROW);
  const last = Math.min(order.length, Math.ceil((scroll.top + viewHeight - HEADER) / ROW));
  pen.within({ x: 0, y: HEADER, width, height: viewHeight - HEADER }, () => {
    for (let position = first; position < last; position++)
      row(pen, painting, position, HEADER + position * ROW - scroll.top);
  });
  dimensionMark(pen, painting);
}

/** The names of the columns and, above the keys, the query that each is multiplied with. */
function header(pen: Pen, painting: QueryKeyPainting): void {
  const { layout, palette, grids, query, tokens } = painting;
  const { key, product, weight, sum, labelWidth, cell, size } = layout;
  const muted = { color: palette.muted, size: 11 };
  const y = 9;
  pen.text(`query q, ±${painting.largest.query}`, key, y, muted);
  // Beside the strip of the query, where the heading of the query would run into this one.
  const productY = product - key < HEADING ? 27 : y;
  pen.text(`q × k, ±${painting.largest.product}`, product, productY, muted);
  pen.text("sum", sum + SUM, y, { ...muted, align: "right" });
  pen.text(`weight, to ${weightText(painting.most, painting.most)}`, weight, y, muted);
  const name = shortened(pen, tokens[query] ?? "", labelWidth, true);
  const look = { color: palette.foreground, bold: true, align: "right" as const };
  pen.text(name, labelWidth, 27, look);
  strip(pen, grids.query, query, key, 27, { cell, size });
  pen.text(`keys k, ±${painting.largest.key}`, key, 50, muted);
  pen.fill({ x: 0, y: HEADER - 4, width: layout.width, height: 1 }, palette.line);
}

function strip(
  pen: Pen,
  grid: Grid,
  token: number,
  x: number,
  middle: number,
  { cell, size }: { cell: number; size: number },
): void {
  const box = { x, y: middle - STRIP / 2, width: size * cell, height: STRIP };
  pen.cells(grid, { x: 0, y: token, width: size, height: 1 }, box);
}

function row(pen: Pen, painting: QueryKeyPainting, index: number, y: number): void {
  const { layout, palette, tokens, grids, order, sums, weights, spot, query } = painting;
  const { key, product, sum, weight, labelWidth, width } = layout;
  const token = order[index] ?? 0;
  const middle = y + ROW / 2;
  if (spot?.row === index) pen.fill({ x: 0, y, width, height: ROW }, palette.surface);
  const bold = token === query;
  const color = painting.isSpecial(token) && !bold ? palette.muted : palette.foreground;
  const name = shortened(pen, tokens[token] ?? "", labelWidth, bold);
  pen.text(name, labelWidth, middle, { color, bold, align: "right" });
  strip(pen, grids.key, token, key, middle, layout);
  strip(pen, grids.product, token, product, middle, layout);
  const text = { color: palette.foreground, align: "right" as const };
  pen.text(signed(sums[token] ?? 0, 1), sum + SUM, middle, text);
  const room = width - weight - 48;
  const share = weights[token] ?? 0;
  pen.fill({ x: weight, y: middle - 3, width: room, height: 6 }, palette.track);
  pen.fill(
    {
      x: weight,
      y: middle - 3,
      width: painting.most > 0 ? (room * share) / painting.most : 0,
      height: 6,
    },
    palette.focus,
  );
  pen.text(weightText(share, painting.most), width, middle, text);
}

const weightText = (share: number, most: number): string =>
  decimal(share, Math.min(4, Math.max(2, digitsFor(most))));

/** A frame around the dimension under the pointer, down all rows. */
function dimensionMark(pen: Pen, { layout, spot, palette }: QueryKeyPainting): void {
  if (spot === null || spot.dimension === null) return;
  const { key, product, cell, viewHeight } = layout;
  for (const start of [key, product]) {
    const top = start === key ? 18 : HEADER;
    const x = start + spot.dimension * cell;
    if (cell >= 3)
      pen.frame({ x, y: top, width: cell, height: viewHeight - top }, palette.foreground, 1);
    else pen.line([x + cell / 2, top, x + cell / 2, viewHeight], palette.foreground, 1, 0.5);
  }
}
