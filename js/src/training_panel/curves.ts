import { css } from "../shared/color.ts";
import { button, h, setAttribute } from "../shared/dom.ts";
import { download } from "../shared/files.ts";
import { compact, decimal, scientific } from "../shared/format.ts";
import type { Frame } from "../shared/frame.ts";
import { setTrait } from "../shared/model.ts";
import type { Bounds, Line } from "../shared/plot.ts";
import { seriesColor } from "../shared/series_colors.ts";
import { type Chart, makeChart } from "./chart.ts";
import { csvOf, pictureOf } from "./export.ts";
import { steered, zoomed } from "./navigation.ts";
import { makeRunLegend } from "./run_legend.ts";
import { epochMarks, halfLife, lineOf, nearestStep, smoothed } from "./series.ts";
import type { Training } from "./state.ts";
import { BOUNDS, plain, type Smooth, tracesOf } from "./traces.ts";
import type { Trait } from "./traits.ts";

const SMOOTHING = 50;

/** Losses, validation scores, learning rate and gradient norm over one axis of steps. */
export function makeCurves(frame: Frame<Trait>): {
  element: HTMLElement;
  draw: (state: Training) => void;
} {
  let state: Training | null = null;
  let zoom: Bounds | null = null;
  let cursor: number | null = null;
  let log = false;
  const redraw = (): void => {
    if (state !== null) draw(state);
  };
  const zoomTo = (range: Bounds | null): void => {
    zoom = range;
    redraw();
  };

  const chart = (title: string, keys: Chart["keys"], format: (value: number) => string): Chart =>
    makeChart(frame, {
      title,
      keys,
      format,
      hover: (place) => {
        const next = place === null || state === null ? null : nearestStep(linesOf(state), place);
        if (next === cursor) return;
        cursor = next;
        redraw();
      },
      zoom: (range) => zoomTo(range && state && zoomed(range[0], range[1], wholeOf(state))),
    });
  const figures = (value: number): string => decimal(value, 3);
  const loss = chart("Loss", ["training", "validation"], figures);
  const scores = chart("Validation", ["accuracy", "macro-F1"], figures);
  const learningRate = chart("Learning rate", [""], scientific);
  const norm = chart("Gradient norm", [""], plain);
  const charts = [loss, scores, learningRate, norm];
  loss.element.classList.add("bw-chart-loss");

  const slider = h("input", { type: "range", min: 0, max: 100, value: SMOOTHING });
  slider.addEventListener("input", redraw);
  const logs = button("Log scale", () => {
    log = !log;
    redraw();
  });
  const whole = button("Whole run", () => zoomTo(null));
  const fileName = (ending: string): string => {
    const name = state?.curves[state.shown]?.name ?? "";
    return `${name.replace(/[^\p{L}\p{N}._-]+/gu, "-") || "training"}.${ending}`;
  };
  const save = (ending: "png" | "csv"): void => {
    if (state === null) return;
    if (ending === "csv") {
      download(fileName(ending), new Blob([csvOf(state.curves)], { type: "text/csv" }));
      return;
    }
    const { palette } = frame;
    const runs = state.curves.map(({ name }, i) => ({ name, color: css(seriesColor(palette, i)) }));
    pictureOf(charts, runs, palette).toBlob((file) => {
      if (file !== null) download(fileName(ending), file);
    });
  };
  const legend = makeRunLegend((run) => setTrait(frame.model, "shown", run));
  const element = h(
    "div",
    { class: "bw-curves" },
    h(
      "div",
      { class: "bw-bar-of-tools" },
      legend.element,
      h("label", { class: "bw-slider bw-note" }, "Smoothing", slider),
      logs,
      whole,
      button("PNG", () => save("png"), { icon: "save", name: "Save the curves as a PNG picture" }),
      button("CSV", () => save("csv"), { icon: "save", name: "Save the values as a CSV table" }),
    ),
    h("div", { class: "bw-charts" }, ...charts.map((one) => one.element)),
  );

  setAttribute(loss.over, "tabindex", 0);
  setAttribute(loss.over, "role", "application");
  setAttribute(
    loss.over,
    "aria-label",
    "Curves: arrow keys move along the steps, plus and minus zoom, Escape shows the whole run.",
  );
  loss.over.addEventListener("keydown", (event) => {
    if (state === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = steered(event, { cursor, zoom }, linesOf(state), wholeOf(state));
    if (next === null) return;
    ({ cursor, zoom } = next);
    redraw();
    event.preventDefault();
    event.stopPropagation();
  });

  const draw = (next: Training): void => {
    state = next;
    const { palette } = frame;
    const { curves, shown, totalSteps, epochs, bestStep } = next;
    const x = { bounds: zoom ?? wholeOf(next), whole: true, format: compact };
    setAttribute(logs, "aria-pressed", log ? "true" : "false");
    whole.disabled = zoom === null;
    legend.draw(
      curves.map(({ name }) => name),
      shown,
      palette,
    );
    const smooth: Smooth = (line) =>
      smoothed(line, halfLife(Number(slider.value), Math.max(totalSteps, line.steps.at(-1) ?? 0)));
    const marks = epochMarks(totalSteps, epochs, x.bounds).map(({ epoch, step }) => ({
      at: step,
      name: `epoch ${epoch}`,
    }));
    const inView = bestStep !== null && bestStep >= x.bounds[0] && bestStep <= x.bounds[1];
    const best = inView ? { at: bestStep, name: "best" } : null;
    const traced = tracesOf(curves, shown, smooth, palette);
    charts.forEach((one, i) => {
      const { traces, values } = traced[i] ?? { traces: [], values: [] };
      const { bounds, format } = BOUNDS[i] ?? BOUNDS[0];
      const logarithmic = i === 0 && log;
      one.draw({
        plot: {
          x,
          y: {
            bounds: bounds(
              traces.map(({ line }) => line),
              x.bounds,
              zoom !== null,
              logarithmic,
            ),
            log: logarithmic,
            format,
          },
          traces,
          epochs: marks,
          mark: i < 2 ? best : null,
          xName: i < 2 ? "Step" : "",
          cursor,
        },
        shown: values,
      });
    });
  };
  return { element, draw };
}

function linesOf(state: Training): Line[] {
  const run = state.curves[state.shown];
  return run ? [lineOf(run.train, "step"), lineOf(run.valid, "step")] : [];
}

/** From the start to the end of the longest run, including planned steps. */
function wholeOf({ totalSteps, curves }: Training): Bounds {
  const ends = curves.flatMap(({ train, valid }) =>
    [train, valid].map((columns) => columns.get("step")?.at(-1) ?? 0),
  );
  return [0, Math.max(1, totalSteps, ...ends)];
}
