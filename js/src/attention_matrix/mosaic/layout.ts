import { fitsAside, plotWidth } from "../plot/layout.ts";
import type { Box } from "../plot/pen.ts";
import type { Scene } from "../plot/stage.ts";

const SMALLEST_THUMB = 12;
const LARGEST_THUMB = 72;
const SMALLEST_REACH = 24;
/** Space for the bar and the number under a thumbnail, and for its name if the heads are sorted. */
const CAPTION = 17;
const NAME = 11;
const AXIS = 22;

/** The positions of the thumbnails: one row per layer, or the same grid in sorted order. */
export interface MosaicLayout extends Scene {
  columns: number;
  rows: number;
  thumb: number;
  pitchX: number;
  pitchY: number;
  count: number;
}

interface Wanted {
  layers: number;
  heads: number;
  ranked: boolean;
  captioned: boolean;
}

export function layOutMosaic(available: number, wanted: Wanted): MosaicLayout {
  const { layers, heads, ranked, captioned } = wanted;
  const room = plotWidth(available) - AXIS;
  const count = layers * heads;
  const columns = Math.max(1, heads);
  const gap = room / columns > 30 ? 6 : 3;
  const thumb = Math.max(SMALLEST_THUMB, Math.min(LARGEST_THUMB, Math.floor(room / columns) - gap));
  const rows = Math.ceil(count / columns);
  const pitchX = thumb + gap;
  const caption = captioned || ranked ? CAPTION : 0;
  const pitchY = thumb + gap + caption + (captioned && ranked ? NAME : 0);
  const width = AXIS + columns * pitchX;
  const height = AXIS + rows * pitchY;
  return {
    columns,
    rows,
    thumb,
    pitchX,
    pitchY,
    count,
    left: AXIS,
    top: AXIS,
    width,
    height,
    across: 1,
    down: 1,
    viewWidth: Math.min(width, fitsAside(available) ? plotWidth(available) : available),
    viewHeight: height,
  };
}

/** The box of the thumbnail at a position of the order. */
export function thumbAt(
  { columns, left, top, pitchX, pitchY, thumb }: MosaicLayout,
  position: number,
): Box {
  return {
    x: left + (position % columns) * pitchX,
    y: top + Math.floor(position / columns) * pitchY,
    width: thumb,
    height: thumb,
  };
}

/** The position in the order at a point; null outside of the thumbnails. */
export function placeUnder(layout: MosaicLayout, x: number, y: number): number | null {
  const column = Math.floor((x - layout.left) / layout.pitchX);
  const row = Math.floor((y - layout.top) / layout.pitchY);
  const position = row * layout.columns + column;
  if (column < 0 || column >= layout.columns || row < 0 || position >= layout.count) return null;
  return position;
}

/** The small button that switches a head off, in the corner of its thumbnail. */
export function switchOf(thumb: Box): Box {
  const size = Math.min(16, Math.max(10, thumb.width * 0.4));
  return { x: thumb.x + thumb.width - size, y: thumb.y, width: size, height: size };
}

/** The corner that acts as this button for touch. */
export function switchReach(thumb: Box): Box {
  const size = Math.min(SMALLEST_REACH, thumb.width);
  return { x: thumb.x + thumb.width - size, y: thumb.y, width: size, height: size };
}

export function holds({ x, y, width, height }: Box, px: number, py: number): boolean {
  return px >= x && px < x + width && py >= y && py < y + height;
}

/** The position that an arrow key moves to. */
export function placeBeside(
  { columns, count }: MosaicLayout,
  position: number,
  key: string,
): number | null {
  const by: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    Home: -position,
    End: count - 1 - position,
  };
  const step = by[key];
  if (step === undefined) return null;
  const next = position + step;
  return next >= 0 && next < count ? next : position;
}
