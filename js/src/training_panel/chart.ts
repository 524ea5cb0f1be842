import { makeCanvas } from "../shared/canvas.ts";
import { css, type Rgb } from "../shared/color.ts";
import { h, setText } from "../shared/dom.ts";
import type { Frame } from "../shared/frame.ts";
import { areaOf, type Bounds, type Line, type Plot, paint, valueAtShare } from "../shared/plot.ts";
import { valueAt } from "./series.ts";

interface ChartOptions {
  title: string;
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
  const { title, keys, format } = options;
  const parts = keys.map((name) => {
    const swatch = h("span", { class: "bw-swatch" });
    const value = h("span", { class: "bw-number bw-key-value" });
    return { swatch, value, element: h("span", { class: "bw-key" }, swatch, name, value) };
  });
  const at = h("span", { class: "bw-note bw-number bw-at", "aria-live": "polite" });
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
  const chart: Chart = {
    title,
    keys,
    over,
    drawing: null,
    element: h(
      "div",
      { class: "bw-chart" },
      h(
        "div",
        { class: "bw-chart-head" },
        h("h3", {}, title),
        ...parts.map(({ element }) => element),
        at,
      ),
      canvas.place,
    ),
    draw: (drawing) => {
      chart.drawing = drawing;
      const cursor = drawing.plot.cursor ?? null;
      setText(at, cursor === null || drawing.plot.xName === "" ? "" : `step ${cursor}`);
      parts.forEach(({ swatch, value }, i) => {
        const key = drawing.shown[i];
        if (key === undefined) return;
        swatch.style.setProperty("--bw-swatch", css(key.color));
        swatch.classList.toggle("bw-dashed", key.dashed === true);
        const found = valueAt(key.line, cursor);
        setText(value, found === null ? "–" : format(found));
      });
      canvas.draw();
    },
  };

  const placeOf = (event: PointerEvent): number => {
    const { left, width } = over.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - left) / width));
    return chart.drawing === null ? 0 : valueAtShare(chart.drawing.plot.x, share);
  };
  let start: { x: number; place: number } | null = null;
  over.addEventListener("pointermove", (event) => {
    const place = placeOf(event);
    options.hover?.(place);
    if (start === null) return;
    drag = [Math.min(start.place, place), Math.max(start.place, place)];
    canvas.draw();
  });
  over.addEventListener("pointerleave", () => options.hover?.(null));
  if (options.zoom) {
    over.classList.add("bw-zoomable");
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      over.setPointerCapture(event.pointerId);
      start = { x: event.clientX, place: placeOf(event) };
    });
    const end = (event: PointerEvent): void => {
      const range = start !== null && Math.abs(event.clientX - start.x) > CLICK_PX ? drag : null;
      start = null;
      drag = null;
      if (range !== null && event.type === "pointerup") options.zoom?.(range);
      else canvas.draw();
    };
    over.addEventListener("pointerup", end);
    over.addEventListener("pointercancel", end);
    over.addEventListener("dblclick", () => options.zoom?.(null));
  }
  return chart;
}
