import type { Palette } from "../../shared/color/palette.ts";
import { diverging } from "../../shared/color/scales.ts";
import type { Box, Grid, Pen } from "../plot/pen.ts";
import type { Attention } from "../state.ts";
import { chosenHead, type Shading } from "./effects.ts";
import { type MosaicLayout, switchOf, thumbAt } from "./layout.ts";

export interface MosaicPainting {
  state: Attention;
  layout: MosaicLayout;
  /** The heads in the order drawn. */
  order: readonly number[];
  ranked: boolean;
  shading: Shading | null;
  grid: Grid | null;
  /** In a saved copy the heads that can be opened. */
  saved: ReadonlySet<number> | null;
  pointed: number | null;
  /** The heads that have a button to switch them off; none in saved pictures. */
  switches: readonly number[];
  palette: Palette;
}

export function paintMosaic(pen: Pen, painting: MosaicPainting): void {
  const { layout, order, ranked, pointed, switches, palette } = painting;
  if (!ranked) axes(pen, painting);
  order.forEach((head, position) => {
    const box = thumbAt(layout, position);
    thumbnail(pen, painting, head, box);
    caption(pen, painting, head, box);
  });
  order.forEach((head, position) => {
    const box = thumbAt(layout, position);
    if (head === pointed) pen.frame(inset(box, -1.5), palette.focus, 3);
    if (switches.includes(head)) switchButton(pen, painting, head, box);
  });
}

/** Layer numbers on the left and head numbers at the top; those of the head under the pointer are bold. */
function axes(pen: Pen, { state, layout, pointed, palette }: MosaicPainting): void {
  const { left, top, pitchX, pitchY, thumb } = layout;
  const now = pointed ?? -1;
  const style = (bold: boolean) => ({
    color: bold ? palette.foreground : palette.muted,
    bold,
    size: 11,
  });
  const step = pitchX < 17 ? 2 : 1;
  for (let head = 0; head < state.heads; head += step) {
    const x = left + head * pitchX + thumb / 2;
    pen.text(`${head}`, x, top - 10, {
      ...style(now >= 0 && now % state.heads === head),
      align: "center",
    });
  }
  for (let layer = 0; layer < state.layers; layer++) {
    const y = top + layer * pitchY + thumb / 2;
    const bold = Math.floor(now / state.heads) === layer;
    pen.text(`${layer}`, left - 7, y, { ...style(bold), align: "right" });
  }
}

function thumbnail(pen: Pen, painting: MosaicPainting, head: number, box: Box): void {
  const { state, grid, palette } = painting;
  const off = state.ablated.has(head);
  if (grid === null) pen.fill(box, palette.surface);
  else {
    const side = grid.columns;
    pen.cells(grid, { x: 0, y: head * side, width: side, height: side }, box);
  }
  if (off) {
    pen.fill(box, palette.background, 0.8);
    const { x, y, width, height } = box;
    pen.line([x, y + height, x + width, y], palette.muted, 1.5);
  }
  pen.frame(inset(box, -0.5), palette.line, 1);
  if (head === chosenHead(state)) pen.frame(inset(box, -1), palette.foreground, 2);
  if (painting.saved?.has(head)) {
    const dot = { x: box.x + 1, y: box.y + box.height - 9, width: 8, height: 8 };
    pen.fill(dot, palette.background);
    pen.fill(inset(dot, 1.5), palette.focus);
  }
}

/** Under a thumbnail its number as a bar and as text, and its name if the heads are sorted. */
function caption(pen: Pen, painting: MosaicPainting, head: number, box: Box): void {
  const { state, shading, ranked, palette } = painting;
  const value = shading?.values[head] ?? null;
  const y = box.y + box.height;
  if (shading !== null && value !== null) {
    const share = shading.largest > 0 ? value / shading.largest : 0;
    bar(pen, shading, share, { x: box.x, y: y + 2, width: box.width, height: 4 }, palette);
  }
  const style = { color: shading?.isSure(head) ? palette.foreground : palette.muted, size: 10 };
  const name = `${Math.floor(head / state.heads)}.${head % state.heads}`;
  const number = shading?.text(head) ?? "";
  const middle = { ...style, align: "center" as const };
  const x = box.x + box.width / 2;
  if (ranked) pen.text(name, x, y + 13, { ...middle, color: palette.muted });
  if (number !== "" && pen.widthOf(number, false, 10) <= painting.layout.pitchX)
    pen.text(number, x, y + (ranked ? 24 : 13), middle);
}

/** A bar in proportion to the largest value; bars of signed values start in the middle. */
function bar(pen: Pen, { isSigned }: Shading, share: number, box: Box, palette: Palette): void {
  const { x, y, width } = box;
  pen.fill(box, palette.surface);
  const whole = isSigned ? width / 2 : width;
  const length = whole * Math.abs(share);
  const start = isSigned ? x + whole - (share < 0 ? length : 0) : x;
  pen.fill({ ...box, x: start, width: length }, diverging(palette, Math.sign(share)));
  if (isSigned) pen.fill({ x: x + whole - 0.5, y, width: 1, height: box.height }, palette.muted);
}

function switchButton(pen: Pen, { state, palette }: MosaicPainting, head: number, box: Box): void {
  const button = switchOf(box);
  pen.fill(button, palette.background);
  pen.frame(inset(button, 0.5), palette.muted, 1);
  const { x, y, width } = inset(button, 0.28 * button.width);
  pen.line([x, y, x + width, y + width], palette.foreground, 1.5);
  if (!state.ablated.has(head)) pen.line([x + width, y, x, y + width], palette.foreground, 1.5);
}

function inset({ x, y, width, height }: Box, by: number): Box {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by };
}
