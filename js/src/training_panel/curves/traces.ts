import type { Rgb } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { seriesColor } from "../../shared/color/series_colors.ts";
import { scientific } from "../../shared/format.ts";
import type { Bounds, Line, Trace } from "../../shared/plot/plot.ts";
import { extent, fromZero, lineOf, shareBounds, tight } from "./series.ts";
import type { RunCurves } from "./state.ts";

export type Smooth = (line: Line) => Float64Array;

export const plain = (value: number): string => String(Number(value.toPrecision(3)));

interface Vertical {
  bounds: (lines: Line[], view: Bounds, zoomed: boolean, log: boolean) => Bounds;
  format: (value: number) => string;
}

const growing: Vertical["bounds"] = (lines, view, zoomed, log) => {
  const extremes = extent(lines, view, log ? 0 : undefined);
  return zoomed || log ? tight(extremes, log) : fromZero(extremes);
};

/** The vertical axes of the charts, in their order. */
export const BOUNDS: readonly [Vertical, ...Vertical[]] = [
  { bounds: growing, format: plain },
  {
    bounds: (lines, view, zoomed) =>
      zoomed ? tight(extent(lines, view), false) : shareBounds(extent(lines, view)),
    format: plain,
  },
  { bounds: growing, format: scientific },
  { bounds: growing, format: plain },
];

interface Traced {
  traces: Trace[];
  /** What the legend reads. */
  values: { line: Line; color: Rgb; dashed: boolean }[];
}

/**
 * What each of the four charts draws: the shown run last, on top; raw losses are drawn only for that run.
 * Hidden runs are not drawn.
 */
export function tracesOf(
  runs: readonly RunCurves[],
  shown: number,
  smooth: Smooth,
  palette: Palette,
  hidden: ReadonlySet<number> = new Set(),
): Traced[] {
  const several = runs.length > 1;
  const charts: Traced[] = Array.from({ length: 4 }, () => ({ traces: [], values: [] }));
  const order = runs.map((_, i) => i).sort((a, b) => Number(a === shown) - Number(b === shown));
  for (const i of order) {
    const run = runs[i];
    if (run === undefined) continue;
    const front = i === shown;
    const drawn = charts.map(({ traces }) => (hidden.has(i) ? [] : traces));
    const runColor = seriesColor(palette, i);
    const ink = (alone: Rgb): Rgb => (several ? runColor : alone);
    const width = front ? 2 : 1.25;
    const mean = lineOf(run.train, "loss_mean");
    const add = (chart: number, line: Line, color: Rgb, look: Partial<Trace> = {}): void => {
      drawn[chart]?.push({ line, color, width, ...look });
      if (front) charts[chart]?.values.push({ line, color, dashed: look.dashed === true });
    };
    const dashed = several ? { dashed: true, markers: true } : { markers: true };
    if (front) {
      drawn[0]?.push({
        line: lineOf(run.train, "loss"),
        color: ink(palette.positiveInk),
        width: 1,
        opacity: 0.28,
      });
    }
    const values = smooth(mean);
    const rough = values === mean.values ? { width: 1 } : {};
    add(0, { steps: mean.steps, values }, ink(palette.positiveInk), rough);
    add(0, lineOf(run.valid, "loss"), ink(palette.negativeInk), dashed);
    add(1, lineOf(run.valid, "accuracy"), ink(palette.good), { markers: true });
    add(1, lineOf(run.valid, "macro_f1"), ink(palette.violet), { markers: true, dashed: true });
    add(2, lineOf(run.train, "learning_rate"), ink(palette.muted), { width: front ? 1.5 : 1 });
    add(3, lineOf(run.train, "gradient_norm"), ink(palette.muted), {
      width: 1,
      opacity: front ? 0.75 : 0.3,
    });
  }
  return charts;
}
