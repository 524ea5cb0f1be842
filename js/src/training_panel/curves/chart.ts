import { css, type Rgb } from "../../shared/color/color.ts";
import { h, setText } from "../../shared/dom.ts";
import type { Frame } from "../../shared/frame.ts";
import { makeCanvas } from "../../shared/plot/canvas.ts";
import {
  areaOf,
  type Bounds,
  type Line,
  type Plot,
  paint,
  valueAtShare,
} from "../../shared/plot/plot.ts";
import { makeTerm, type Term } from "../../shared/terms.ts";
import { valueAt } from "./series.ts";

interface ChartOptions {
  title: string;
  /** The term that the title is, or that explains it. */
  term?: Term;
  keys: readonly string[];
  /** Values in the legend. */
  format: (value: number) => string;
  /** Called with the position of the pointer on the horizontal axis; null when it leaves. */
  hover?: (place: number | null) => void;
  /** Called with a dragged range, or with null on a double click. */
  zoom?: (range: Bounds | null) => void;
}

export interface Drawing {
  plot: Plot;
  /** For each key, the line whose value the legend shows, and its style. */
  shown: readonly { line: Line; color: Rgb; dashed?: boolean }[];
}

export interface Chart {
  title: string;
  keys: readonly string[];
  element: HTMLElement;
  /** Receives pointer events over the curves. */
  over: HTMLElement;
  drawing: Drawing | null;
  draw: (drawing: Drawing) => void;
}

/** A drag shorter than this is a click. */
const CLICK_PX = 5;

/** A plot with a legend, which shows the values at the cursor or the last ones. */
export function makeChart(frame: Frame, options: ChartOptions): Chart {
  const { title, keys } = options;
  const legend = makeLegend(options);
  const over = h("div", { class: "bw-over" });
  let drag: Bounds | null = null;
  const canvas = makeCanvas(frame, (ctx, width, height) => {
    if (chart.drawing === null) return;
    const { plot } = chart.drawing;
    const area = areaOf(width, height, plot);
    over.style.inset = `${area.top}px ${width - area.left - area.width}px ${height - area.top - area.height}px ${area.left}px`;
    paint(ctx, { ...plot, drag }, width, height, frame.palette);
  });
  canvas.place.append(over);
  const head = h(
    "div",
    { class: "bw-chart-head" },
    h("h3", {}, options.term === undefined ? title : makeTerm(options.term, title)),
    ...legend.elements,
  );
  const chart: Chart = {
    title,
    keys,
    over,
    drawing: null,
    element: h("div", { class: "bw-chart" }, head, canvas.place),
    draw: (drawing) => {
      chart.drawing = drawing;
      legend.draw(drawing);
      canvas.draw();
    },
  };
  const placeOf = (event: PointerEvent): number => {
    const { left, width } = over.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - left) / width));
    return chart.drawing === null ? 0 : valueAtShare(chart.drawing.plot.x, share);
  };
  over.addEventListener("pointermove", (event) => options.hover?.(placeOf(event)));
  over.addEventListener("pointerleave", () => options.hover?.(null));
  if (options.zoom)
    zoomByDragging(over, placeOf, options.zoom, (range) => {
      drag = range;
      canvas.draw();
    });
  return chart;
}

/** The keys of the chart with their values, and the step of these values. */
function makeLegend({ keys, format }: ChartOptions): {
  elements: HTMLElement[];
  draw: (drawing: Drawing) => void;
} {
  const parts = keys.map((name) => {
    const swatch = h("span", { class: "bw-swatch" });
    const value = h("span", { class: "bw-number bw-key-value" });
    return { swatch, value, element: h("span", { class: "bw-key" }, swatch, name, value) };
  });
  const step = h("span", { class: "bw-note bw-number bw-legend-step", "aria-live": "polite" });
  const draw = ({ plot, shown }: Drawing): void => {
    const cursor = plot.cursor ?? null;
    setText(step, cursor === null || plot.xName === "" ? "" : `step ${cursor}`);
    parts.forEach(({ swatch, value }, i) => {
      const key = shown[i];
      if (key === undefined) return;
      swatch.style.setProperty("--bw-swatch", css(key.color));
      swatch.classList.toggle("bw-dashed", key.dashed === true);
      const current = valueAt(key.line, cursor);
      setText(value, current === null ? "–" : format(current));
    });
  };
  return { elements: [...parts.map(({ element }) => element), step], draw };
}

/** A drag selects a range, which is drawn during the drag; a double click selects the whole run. */
function zoomByDragging(
  over: HTMLElement,
  placeOf: (event: PointerEvent) => number,
  zoom: (range: Bounds | null) => void,
  drawRange: (range: Bounds | null) => void,
): void {
  let start: { x: number; place: number } | null = null;
  let range: Bounds | null = null;
  over.classList.add("bw-zoomable");
  over.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    over.setPointerCapture(event.pointerId);
    start = { x: event.clientX, place: placeOf(event) };
  });
  over.addEventListener("pointermove", (event) => {
    if (start === null) return;
    const place = placeOf(event);
    range = [Math.min(start.place, place), Math.max(start.place, place)];
    drawRange(range);
  });
  const end = (event: PointerEvent): void => {
    const isDrag = start !== null && Math.abs(event.clientX - start.x) > CLICK_PX;
    const chosen = isDrag && event.type === "pointerup" ? range : null;
    start = null;
    range = null;
    drawRange(null);
    if (chosen !== null) zoom(chosen);
  };
  over.addEventListener("pointerup", end);
  over.addEventListener("pointercancel", end);
  over.addEventListener("dblclick", () => zoom(null));
}
