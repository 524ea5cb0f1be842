import { css, type Rgb } from "../color/color.ts";
import type { Palette } from "../color/palette.ts";

export const FONT = '11px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif';

/** Values over steps (or rates), in rising order; a value that is not finite is a gap. */
export interface Line {
  steps: Float64Array;
  values: Float64Array;
}

export type Bounds = readonly [number, number];

export interface Scale {
  bounds: Bounds;
  log?: boolean;
  /** Only whole numbers have ticks. */
  whole?: boolean;
  format: (value: number) => string;
}

export interface Trace {
  line: Line;
  color: Rgb;
  width: number;
  /** 0 to 1; a faint trace is the raw data behind its smoothed twin. */
  opacity?: number;
  dashed?: boolean;
  markers?: boolean;
}

/** A step or rate with a name. */
export interface Mark {
  position: number;
  name: string;
}

export interface Plot {
  x: Scale;
  y: Scale;
  traces: readonly Trace[];
  /** The tinted range between two lines with equal steps. */
  band?: { low: Line; high: Line; color: Rgb };
  /** Where epochs end: dashed lines, named at the top. */
  epochs: readonly Mark[];
  /** A vertical line with its name at the bottom. */
  mark: Mark | null;
  /** What the horizontal axis counts; "" leaves it out. */
  xName: string;
  cursor?: number | null;
  /** The range that is being dragged. */
  drag?: Bounds | null;
}

export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The area of the curves in a drawing of this size; the rest is for the axes. */
export function areaOf(width: number, height: number, plot: Pick<Plot, "xName">): Area {
  const [left, top, right] = [46, plot.xName === "" ? 8 : 18, 14];
  const bottom = plot.xName === "" ? 20 : 36;
  return { left, top, width: width - left - right, height: height - top - bottom };
}

/** The position of a value on a scale: 0 at its start, 1 at its end. */
export function shareOf({ bounds: [from, to], log }: Scale, value: number): number {
  return log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
}

export function valueAtShare({ bounds: [from, to], log }: Scale, share: number): number {
  return log ? from * (to / from) ** share : from + share * (to - from);
}

/** Round values on a scale, about `most` of them; on a log scale decades where it spans enough. */
export function ticks({ bounds, log, whole }: Scale, most: number): number[] {
  const [from, to] = bounds;
  if (!(to > from)) return [];
  if (log && to / from > 10) return decades(bounds, most);
  const rough = Math.max((to - from) / Math.max(1, most), whole ? 1 : 0);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factors = whole && power === 1 ? [1, 2, 5] : [1, 2, 2.5, 5];
  const step = power * (factors.find((factor) => factor * power >= rough * 0.999) ?? 10);
  const count = Math.floor(to / step + 1e-9) - Math.ceil(from / step - 1e-9) + 1;
  return Array.from({ length: count }, (_, i) =>
    Number(((Math.ceil(from / step - 1e-9) + i) * step).toPrecision(12)),
  );
}

function decades([from, to]: Bounds, most: number): number[] {
  const count = Math.log10(to / from);
  const factors = count * 3 <= most ? [1, 2, 5] : [1];
  const every = Math.ceil(count / most);
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.log10(to); power++) {
    if (power % every !== 0) continue;
    for (const factor of factors) ticks.push(Number(`${factor}e${power}`));
  }
  return ticks.filter((value) => value >= from && value <= to);
}

/** Places on the drawing for values of both axes. */
export function placesOf({ x, y }: Pick<Plot, "x" | "y">, area: Area) {
  return {
    px: (value: number): number => area.left + shareOf(x, value) * area.width,
    py: (value: number): number => area.top + (1 - shareOf(y, value)) * area.height,
  };
}

type Context = CanvasRenderingContext2D;

function segment(ctx: Context, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}

/** Grid, numbers and the horizontal axis' name. */
export function paintAxes(ctx: Context, plot: Plot, area: Area, palette: Palette): void {
  const { px, py } = placesOf(plot, area);
  const bottom = area.top + area.height;
  ctx.font = FONT;
  ctx.lineWidth = 1;
  ctx.strokeStyle = css(palette.line);
  ctx.fillStyle = css(palette.muted);
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  for (const value of ticks(plot.y, area.height / 30)) {
    const y = Math.round(py(value)) + 0.5;
    segment(ctx, area.left, y, area.left + area.width, y);
    ctx.fillText(plot.y.format(value), area.left - 6, y);
  }
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  for (const value of ticks(plot.x, area.width / 60)) {
    ctx.fillText(plot.x.format(value), px(value), bottom + 6);
  }
  if (plot.xName !== "") ctx.fillText(plot.xName, area.left + area.width / 2, bottom + 22);
}

function paintEpochs(ctx: Context, plot: Plot, area: Area, palette: Palette): void {
  const { px } = placesOf(plot, area);
  let free = area.left;
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  ctx.strokeStyle = css(palette.control);
  ctx.fillStyle = css(palette.muted);
  ctx.setLineDash([3, 3]);
  for (const { position, name } of plot.epochs) {
    const x = Math.round(px(position)) + 0.5;
    segment(ctx, x, area.top, x, area.top + area.height);
    if (plot.xName === "" || x - ctx.measureText(name).width - 4 < free) continue;
    ctx.fillText(name, x - 4, area.top - 3);
    free = x + 4;
  }
  ctx.setLineDash([]);
}

function paintMark(ctx: Context, plot: Plot, { position }: Mark, area: Area, color: Rgb): void {
  const x = Math.round(placesOf(plot, area).px(position)) + 0.5;
  ctx.strokeStyle = css(color);
  segment(ctx, x, area.top, x, area.top + area.height);
}

/** The mark's name over the traces, with an outline in the background colour, since a curve may cross it. */
function nameMark(
  ctx: Context,
  plot: Plot,
  { position, name }: Mark,
  area: Area,
  palette: Palette,
) {
  const x = Math.round(placesOf(plot, area).px(position));
  const fits = x + 4 + ctx.measureText(name).width <= area.left + area.width;
  ctx.textAlign = fits ? "left" : "right";
  ctx.textBaseline = "bottom";
  ctx.lineWidth = 4;
  ctx.lineJoin = "round";
  ctx.strokeStyle = css(palette.background);
  ctx.fillStyle = css(palette.good);
  const place = [fits ? x + 4 : x - 4, area.top + area.height - 3] as const;
  ctx.strokeText(name, ...place);
  ctx.fillText(name, ...place);
}

/** The points of a line that can be drawn, in stretches without a gap. */
function stretchesOf(trace: Trace, plot: Plot, area: Area): [number, number][][] {
  const { px, py } = placesOf(plot, area);
  const stretches: [number, number][][] = [];
  let open: [number, number][] | null = null;
  trace.line.values.forEach((value, i) => {
    if (!Number.isFinite(value) || (plot.y.log && value <= 0)) open = null;
    else {
      if (open === null) {
        open = [];
        stretches.push(open);
      }
      open.push([px(trace.line.steps[i] ?? 0), py(value)]);
    }
  });
  return stretches;
}

/** Lines through neighbouring points; a point without neighbours is drawn as a dot, like a marker. */
function paintTrace(ctx: Context, trace: Trace, plot: Plot, area: Area, palette: Palette): void {
  const stretches = stretchesOf(trace, plot, area);
  ctx.globalAlpha = trace.opacity ?? 1;
  ctx.strokeStyle = css(trace.color);
  ctx.lineWidth = trace.width;
  ctx.lineJoin = "round";
  ctx.setLineDash(trace.dashed ? [5, 4] : []);
  ctx.beginPath();
  for (const points of stretches) {
    points.forEach(([x, y], i) => {
      if (i === 0) ctx.moveTo(x, y);
      else ctx.lineTo(x, y);
    });
  }
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.fillStyle = css(trace.markers ? palette.background : trace.color);
  ctx.lineWidth = 1.5;
  const spaced = trace.markers && trace.line.values.length * 9 <= area.width;
  for (const points of stretches) {
    if (!spaced && points.length > 1) continue;
    for (const [x, y] of points) {
      ctx.beginPath();
      ctx.arc(x, y, 2.6, 0, 7);
      ctx.fill();
      ctx.stroke();
    }
  }
  ctx.globalAlpha = 1;
}

function paintBand(ctx: Context, plot: Plot, area: Area): void {
  if (plot.band === undefined) return;
  const { px, py } = placesOf(plot, area);
  const { low, high, color } = plot.band;
  ctx.beginPath();
  high.values.forEach((value, i) => {
    ctx.lineTo(px(high.steps[i] ?? 0), py(value));
  });
  for (let i = low.values.length - 1; i >= 0; i--)
    ctx.lineTo(px(low.steps[i] ?? 0), py(low.values[i] ?? 0));
  ctx.globalAlpha = 0.16;
  ctx.fillStyle = css(color);
  ctx.fill();
  ctx.globalAlpha = 1;
}

/** The whole plot, in a space of `width` by `height` whose origin is the context's. */
export function paint(
  ctx: Context,
  plot: Plot,
  width: number,
  height: number,
  palette: Palette,
): void {
  const area = areaOf(width, height, plot);
  const { px } = placesOf(plot, area);
  ctx.save();
  paintAxes(ctx, plot, area, palette);
  paintEpochs(ctx, plot, area, palette);
  if (plot.mark !== null) paintMark(ctx, plot, plot.mark, area, palette.good);
  ctx.beginPath();
  ctx.rect(area.left - 4, area.top - 4, area.width + 8, area.height + 8);
  ctx.clip();
  paintBand(ctx, plot, area);
  for (const trace of plot.traces) paintTrace(ctx, trace, plot, area, palette);
  if (plot.mark !== null) nameMark(ctx, plot, plot.mark, area, palette);
  if (plot.cursor != null) {
    ctx.strokeStyle = css(palette.muted);
    ctx.lineWidth = 1;
    const x = Math.round(px(plot.cursor)) + 0.5;
    segment(ctx, x, area.top, x, area.top + area.height);
  }
  if (plot.drag) {
    const [from, to] = [px(plot.drag[0]), px(plot.drag[1])];
    ctx.globalAlpha = 0.16;
    ctx.fillStyle = css(palette.focus);
    ctx.fillRect(from, area.top, to - from, area.height);
  }
  ctx.restore();
}
