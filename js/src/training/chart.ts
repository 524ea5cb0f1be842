import uPlot from "uplot";
import { css, type Rgb } from "../shared/color.ts";
import { h, setText } from "../shared/dom.ts";
import { compact } from "../shared/format.ts";
import type { Frame } from "../shared/frame.ts";
import type { Palette } from "../shared/palette.ts";
import { aligned, type Bounds, type Line, valueAt } from "./series.ts";

export interface Curve {
  name: string;
  color: (palette: Palette) => Rgb;
  width: number;
  /** 0 to 1; a faint curve is the raw data behind its smoothed twin. */
  opacity?: number;
  dash?: number[];
  markers?: boolean;
  /** Left out of the legend. */
  unnamed?: boolean;
}

interface ChartOptions {
  title: string;
  curves: readonly Curve[];
  bounds: (least: number | null, largest: number | null) => Bounds;
  /** Values on the axis and in the legend. */
  format: (value: number) => string;
  axisFormat: (value: number) => string;
  /** Charts with the same key share their cursor. */
  cursorKey: string;
  /** Names the axis of steps and the epochs. */
  named?: boolean;
}

export interface ChartData {
  lines: readonly Line[];
  totalSteps: number;
  marks: readonly number[];
}

export interface Chart {
  element: HTMLElement;
  draw: (data: ChartData) => void;
}

const GAP = 6;

/** One plot with its own legend; the legend shows the values under the cursor, or else the last ones. */
export function makeChart(frame: Frame, options: ChartOptions): Chart {
  const { curves } = options;
  let data: ChartData = {
    lines: [],
    totalSteps: 0,
    marks: [],
  };
  const readouts = curves.map(() => h("span", { class: "bw-number bw-key-value" }));
  const swatches = curves.map((curve) => {
    const swatch = h("span", { class: "bw-swatch" });
    if (curve.dash) swatch.classList.add("bw-dashed");
    return swatch;
  });
  const keys = curves.flatMap((curve, i) => {
    const [swatch, readout] = [swatches[i], readouts[i]];
    if (curve.unnamed || swatch === undefined || readout === undefined) return [];
    return [h("span", { class: "bw-key" }, swatch, curve.name, readout)];
  });
  const at = h("span", { class: "bw-note bw-number bw-at" });
  const header = h("div", { class: "bw-chart-head" }, h("h3", {}, options.title), ...keys, at);
  const place = h("div", { class: "bw-chart-place" });
  const element = h("div", { class: "bw-chart" }, header, place);

  const drawLegend = (step: number | null): void => {
    if (options.named) setText(at, step === null ? "" : `step ${step}`);
    readouts.forEach((readout, i) => {
      const line = data.lines[i];
      const value = line === undefined ? null : valueAt(line, step);
      setText(readout, value === null ? "–" : options.format(value));
    });
  };
  const plot = new uPlot(
    plotOptions(frame, options, () => data, drawLegend),
    [[], ...curves.map(() => [])],
    place,
  );
  const observer = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = place;
    if (width > 0 && height > 0 && (plot.width !== width || plot.height !== height)) {
      plot.setSize({ width, height });
    }
  });
  observer.observe(place);
  frame.signal.addEventListener("abort", () => {
    observer.disconnect();
    plot.destroy();
  });

  const draw = (next: ChartData): void => {
    data = next;
    curves.forEach((curve, i) => {
      swatches[i]?.style.setProperty("--bw-swatch", css(curve.color(frame.palette)));
    });
    const { steps, values } = aligned(next.lines);
    plot.setData([steps, ...values]);
    drawLegend(hoveredStep(plot));
  };
  return { element, draw };
}

function hoveredStep(plot: uPlot): number | null {
  const { idx } = plot.cursor;
  return typeof idx === "number" ? (plot.data[0][idx] ?? null) : null;
}

function plotOptions(
  frame: Frame,
  options: ChartOptions,
  data: () => ChartData,
  hovered: (step: number | null) => void,
): uPlot.Options {
  const { curves } = options;
  // Computed style is empty while JupyterLab has not yet attached the view, so it is no source.
  const font = '11px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif';
  const axis = {
    stroke: () => css(frame.palette.muted),
    grid: { stroke: () => css(frame.palette.line), width: 1 },
    ticks: { show: false },
    gap: GAP,
    font,
  };
  return {
    width: 320,
    height: 120,
    legend: { show: false },
    padding: [options.named ? 18 : 8, 14, 0, 0],
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      sync: { key: options.cursorKey, scales: ["x", null] },
      dataIdx: (_plot, curve, index) => (curves[curve - 1]?.unnamed ? null : index),
      points: { size: 7, width: 1.5, fill: () => css(frame.palette.background) },
    },
    scales: {
      x: {
        time: false,
        // Not the extremes uPlot offers: it widens those of a single point, by up to a hundred steps.
        range: (plot) => [0, Math.max(1, data().totalSteps, plot.data[0].at(-1) ?? 0)],
      },
      y: { range: (_plot, least, largest) => options.bounds(least, largest) },
    },
    axes: [
      {
        ...axis,
        size: 24,
        grid: { show: false },
        values: (_plot, splits) => splits.map(compact),
        ...(options.named ? { label: "Step", labelSize: 18, labelGap: 2, labelFont: font } : {}),
      },
      {
        ...axis,
        size: 46,
        space: 26,
        values: (_plot, splits) => splits.map(options.axisFormat),
      },
    ],
    series: [{}, ...curves.map((curve) => series(frame, curve))],
    hooks: {
      drawClear: [
        (plot) => drawMarks(plot, data().marks, frame.palette, options.named ? font : null),
      ],
      setCursor: [(plot) => hovered(hoveredStep(plot))],
    },
  };
}

function series(frame: Frame, curve: Curve): uPlot.Series {
  const stroke = (): string => css(curve.color(frame.palette));
  return {
    label: curve.name,
    stroke,
    width: curve.width,
    alpha: curve.opacity ?? 1,
    spanGaps: true,
    ...(curve.dash ? { dash: curve.dash } : {}),
    points: curve.markers
      ? { show: true, size: 6, stroke, fill: () => css(frame.palette.background), width: 1.5 }
      : { show: false },
  };
}

/** Thin lines where epochs end; named, each epoch says its number at its start, space permitting. */
function drawMarks(
  plot: uPlot,
  marks: readonly number[],
  palette: Palette,
  font: string | null,
): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio || 1;
  const positions = marks.map((step) => Math.round(plot.valToPos(step, "x", true)));
  const starts = [bbox.left, ...positions];
  const room = (positions[0] ?? 0) - bbox.left > 60 * ratio;
  ctx.save();
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  ctx.lineWidth = 1;
  ctx.strokeStyle = css(palette.control);
  for (const x of positions) {
    ctx.beginPath();
    ctx.moveTo(x + 0.5, bbox.top);
    ctx.lineTo(x + 0.5, bbox.top + bbox.height);
    ctx.stroke();
  }
  if (font !== null && room) {
    ctx.scale(ratio, ratio);
    ctx.font = font;
    ctx.fillStyle = css(palette.muted);
    ctx.textAlign = "left";
    ctx.textBaseline = "bottom";
    starts.forEach((x, epoch) => {
      ctx.fillText(`epoch ${epoch + 1}`, x / ratio, bbox.top / ratio - 3);
    });
  }
  ctx.restore();
}
