import { css, mix, type Rgb } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { seriesColor } from "../../shared/color/series_colors.ts";
import { type Area, FONT, type Plot, paintAxes, placesOf } from "../../shared/plot/plot.ts";
import { plain } from "../curves/traces.ts";
import type { Box } from "../state.ts";
import { type DataMap, POINT } from "./state.ts";

export const SHAPES = ["circle", "square", "triangle", "diamond"] as const;
export type Shape = (typeof SHAPES)[number];

/** How correct an example was over the epochs: from never (orange) to always (blue). */
export function correctnessColor(palette: Palette, correctness: number): Rgb {
  return mix(
    seriesColor(palette, 1),
    seriesColor(palette, 0),
    Math.min(1, Math.max(0, correctness)),
  );
}

/** The largest variability on the axis; the standard deviation of a probability is at most one half. */
export function widthOf({ points }: DataMap): number {
  let largest = 0;
  for (let i = 0; i < points.length; i += POINT) largest = Math.max(largest, points[i] ?? 0);
  return Math.min(0.5, Math.max(0.1, Math.ceil(largest * 20.4) / 20));
}

/** Whether any example has been seen often enough to vary. */
export function hasVariability({ points }: DataMap): boolean {
  for (let i = 0; i < points.length; i += POINT) if ((points[i] ?? 0) > 0) return true;
  return false;
}

export function mapPlot(map: DataMap): Plot {
  const axis = (to: number) => ({ bounds: [0, to] as const, format: plain });
  return {
    x: axis(widthOf(map)),
    y: axis(1),
    traces: [],
    epochs: [],
    mark: null,
    xName: "Variability over the epochs",
  };
}

/** The outline of a point's shape around a position. */
export function outline(ctx: CanvasRenderingContext2D, shape: Shape, x: number, y: number): void {
  const r = 2.7;
  if (shape === "circle") {
    ctx.moveTo(x + r, y);
    ctx.arc(x, y, r, 0, 7);
    return;
  }
  const corners = {
    square: [-r, -r, r, -r, r, r, -r, r],
    triangle: [0, -r * 1.3, r * 1.2, r, -r * 1.2, r],
    diamond: [0, -r * 1.4, r * 1.4, 0, 0, r * 1.4, -r * 1.4, 0],
  }[shape];
  for (let i = 0; i < corners.length; i += 2) {
    const [cx, cy] = [x + (corners[i] ?? 0), y + (corners[i + 1] ?? 0)];
    if (i === 0) ctx.moveTo(cx, cy);
    else ctx.lineTo(cx, cy);
  }
  ctx.closePath();
}

export function shapeOf({ labels }: DataMap, label: number): Shape {
  return (labels.length <= SHAPES.length && SHAPES[label]) || "circle";
}

/** The regions of the map; captions only (Swayamdipta et al. 2020), no borders. */
const REGIONS = [
  ["easy to learn", 0.03, 0.955, "left"],
  ["ambiguous", 0.97, 0.5, "right"],
  ["hard to learn", 0.03, 0.045, "left"],
] as const;

const LEVELS = 10;

/** Axes, points (the least correct on top), captions and the brush. */
export function paintMap(
  ctx: CanvasRenderingContext2D,
  map: DataMap,
  brush: Box | null,
  area: Area,
  palette: Palette,
): void {
  const plot = mapPlot(map);
  const { px, py } = placesOf(plot, area);
  const { points } = map;
  ctx.save();
  paintAxes(ctx, plot, area, palette);
  ctx.globalAlpha = 0.62;
  const levelOf = (i: number): number => Math.round((points[i + 2] ?? 0) * LEVELS);
  for (let level = LEVELS; level >= 0; level--) {
    ctx.fillStyle = css(correctnessColor(palette, level / LEVELS));
    ctx.beginPath();
    for (let i = 0; i < points.length; i += POINT) {
      if (levelOf(i) !== level) continue;
      const shape = shapeOf(map, points[i + 3] ?? 0);
      outline(ctx, shape, px(points[i] ?? 0), py(points[i + 1] ?? 0));
    }
    ctx.fill();
  }
  ctx.globalAlpha = 1;
  ctx.font = FONT.replace("11px", "600 12px");
  ctx.textBaseline = "middle";
  ctx.lineWidth = 4;
  ctx.lineJoin = "round";
  ctx.strokeStyle = css(palette.background);
  ctx.fillStyle = css(palette.foreground);
  for (const [caption, x, y, align] of hasVariability(map) ? REGIONS : []) {
    ctx.textAlign = align;
    const place = [area.left + x * area.width, py(y)] as const;
    ctx.strokeText(caption, ...place);
    ctx.fillText(caption, ...place);
  }
  if (brush !== null) paintBrush(ctx, brush, px, py, palette);
  ctx.restore();
}

function paintBrush(
  ctx: CanvasRenderingContext2D,
  [left, right, low, high]: Box,
  px: (value: number) => number,
  py: (value: number) => number,
  palette: Palette,
): void {
  const box = [px(left), py(high), px(right) - px(left), py(low) - py(high)] as const;
  ctx.fillStyle = css(palette.focus);
  ctx.strokeStyle = css(palette.focus);
  ctx.globalAlpha = 0.12;
  ctx.fillRect(...box);
  ctx.globalAlpha = 1;
  ctx.lineWidth = 1.5;
  ctx.strokeRect(...box);
}
