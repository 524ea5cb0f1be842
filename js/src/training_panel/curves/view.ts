import { makeAsTable } from "../../shared/as_table.ts";
import { css } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { seriesColor } from "../../shared/color/series_colors.ts";
import { button, h, setAttribute } from "../../shared/dom.ts";
import { download } from "../../shared/files.ts";
import { compact, decimal, scientific } from "../../shared/format.ts";
import type { Frame } from "../../shared/frame.ts";
import { setTrait } from "../../shared/model/model.ts";
import type { Bounds, Line } from "../../shared/plot/plot.ts";
import type { Term } from "../../shared/terms.ts";
import type { Training } from "../state.ts";
import type { Trait } from "../traits.ts";
import { type Chart, makeChart } from "./chart.ts";
import { csvOf, pictureOf } from "./export.ts";
import { type Place, steered, zoomed } from "./navigation.ts";
import { makeRunLegend } from "./run_legend.ts";
import { makeRunTable } from "./run_table.ts";
import { epochMarks, halfLife, lineOf, nearestStep, roundedUp, smoothed } from "./series.ts";
import { BOUNDS, plain, type Smooth, tracesOf } from "./traces.ts";
import { valuesTable } from "./values_table.ts";

const SMOOTHING = 50;

/** What the charts currently show. */
interface Shown extends Place {
  state: Training | null;
  log: boolean;
  /** Whether the axis runs to the last planned step, or follows what was measured. */
  toEnd: boolean;
  /** The runs that are not drawn. */
  hidden: ReadonlySet<number>;
}

/** Losses, validation scores, learning rate and gradient norm over one axis of steps. */
export function makeCurves(frame: Frame<Trait>): {
  element: HTMLElement;
  draw: (state: Training) => void;
} {
  const shown: Shown = {
    state: null,
    zoom: null,
    cursor: null,
    log: false,
    toEnd: false,
    hidden: new Set(),
  };
  const update = (change: Partial<Shown>): void => {
    Object.assign(shown, change);
    if (shown.state !== null) draw(shown.state);
  };
  const charts = makeCharts(frame, shown, update);
  const [loss] = charts;
  loss.element.classList.add("bw-chart-loss");
  steerByKeys(loss.over, shown, update);

  const smoothing = h("input", { type: "range", min: 0, max: 100, value: SMOOTHING });
  smoothing.addEventListener("input", () => update({}));
  const log = button("Log scale", () => update({ log: !shown.log }));
  const whole = button("Whole run", () =>
    update({ zoom: null, toEnd: shown.zoom !== null || !shown.toEnd }),
  );
  const legend = makeRunLegend({
    choose: (run) => setTrait(frame.model, "shown", run),
    hide: (run, hides) => {
      const others = [...shown.hidden].filter((other) => other !== run);
      update({ hidden: new Set(hides ? [...others, run] : others) });
    },
  });
  const runs = makeRunTable();
  const asTable = makeAsTable("Curves");
  const element = h(
    "div",
    { class: "bw-curves" },
    h(
      "div",
      { class: "bw-bar-of-tools" },
      legend.element,
      h("label", { class: "bw-slider bw-note" }, "Smoothing", smoothing),
      log,
      whole,
      ...saveButtons(shown, charts, frame),
    ),
    h("div", { class: "bw-charts" }, ...charts.map((chart) => chart.element)),
    runs.element,
    asTable.element,
  );

  const draw = (state: Training): void => {
    shown.state = state;
    setAttribute(log, "aria-pressed", shown.log ? "true" : "false");
    const planned = wholeOf(state);
    whole.disabled = shown.zoom === null && followed(state)[1] === planned[1];
    setAttribute(whole, "aria-pressed", shown.zoom === null && shown.toEnd ? "true" : "false");
    const names = state.curves.map(({ name }) => name);
    legend.draw(names, state.shown, shown.hidden, frame.palette);
    runs.draw(state.curves);
    const run = state.curves[state.shown];
    if (run !== undefined) asTable.draw(() => valuesTable(run));
    drawCharts(charts, state, shown, Number(smoothing.value), frame.palette);
  };
  return { element, draw };
}

type Charts = readonly [Chart, ...Chart[]];

function makeCharts(frame: Frame, shown: Shown, update: (change: Partial<Shown>) => void): Charts {
  const chart = (
    title: string,
    keys: Chart["keys"],
    format: (value: number) => string,
    term?: Term,
  ): Chart =>
    makeChart(frame, {
      title,
      ...(term === undefined ? {} : { term }),
      keys,
      format,
      hover: (place) => {
        const { state } = shown;
        const cursor = place === null || state === null ? null : nearestStep(linesOf(state), place);
        if (cursor !== shown.cursor) update({ cursor });
      },
      zoom: (range) => {
        const { state } = shown;
        update({ zoom: range && state && zoomed(range[0], range[1], wholeOf(state)) });
      },
    });
  const figures = (value: number): string => decimal(value, 3);
  return [
    chart("Loss", ["training", "validation"], figures),
    chart("Validation", ["accuracy", "macro-F1"], figures, "macro-f1"),
    chart("Learning rate", [""], scientific),
    chart("Gradient norm", [""], plain, "gradient-norm"),
  ];
}

/** Lets the arrow keys move the cursor, and plus, minus and Escape zoom. */
function steerByKeys(
  element: HTMLElement,
  shown: Shown,
  update: (change: Partial<Shown>) => void,
): void {
  setAttribute(element, "tabindex", 0);
  setAttribute(element, "role", "application");
  setAttribute(
    element,
    "aria-label",
    "Curves: arrow keys move along the steps, plus and minus zoom, Escape ends the zoom.",
  );
  element.addEventListener("keydown", (event) => {
    const { state } = shown;
    if (state === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = steered(event, shown, linesOf(state), wholeOf(state), viewOf(state, shown));
    if (place === null) return;
    update(place);
    event.preventDefault();
    event.stopPropagation();
  });
}

/** Buttons that save the curves to a file. */
function saveButtons(shown: Shown, charts: Charts, frame: Frame): HTMLButtonElement[] {
  const saver = (save: (state: Training) => void) => (): void => {
    if (shown.state !== null) save(shown.state);
  };
  const saveTable = saver((state) =>
    download(fileName(state, "csv"), new Blob([csvOf(state.curves)], { type: "text/csv" })),
  );
  const savePicture = saver((state) => {
    const { palette } = frame;
    const runs = state.curves.map(({ name }, i) => ({ name, color: css(seriesColor(palette, i)) }));
    const drawn = runs.filter((_, i) => runs.length > 1 && !shown.hidden.has(i));
    pictureOf(charts, drawn, palette).toBlob((file) => {
      if (file !== null) download(fileName(state, "png"), file);
    });
  });
  return [
    button("PNG", savePicture, { icon: "save", name: "Save the curves as a PNG picture" }),
    button("CSV", saveTable, { icon: "save", name: "Save the values as a CSV table" }),
  ];
}

function fileName({ curves, shown }: Training, extension: string): string {
  const name = curves[shown]?.name ?? "";
  return `${name.replace(/[^\p{L}\p{N}._-]+/gu, "-") || "training"}.${extension}`;
}

/** The mark of the best model; none before there is another to compare that as loaded with. */
export function bestMark(
  { bestStep, curves, shown }: Pick<Training, "bestStep" | "curves" | "shown">,
  [from, to]: readonly [number, number],
): { position: number; name: string } | null {
  const compared = curves[shown]?.valid.get("step")?.some((step) => step > 0) === true;
  if (bestStep === null || !compared || bestStep < from || bestStep > to) return null;
  return { position: bestStep, name: "best" };
}

function drawCharts(
  charts: Charts,
  state: Training,
  view: Shown,
  smoothing: number,
  palette: Palette,
): void {
  const { zoom, cursor, log } = view;
  const { curves, shown, totalSteps, epochs } = state;
  const bounds = viewOf(state, view);
  const smooth: Smooth = (line) =>
    smoothed(line, halfLife(smoothing, Math.max(totalSteps, line.steps.at(-1) ?? 0)));
  const marks = epochMarks(totalSteps, epochs, bounds).map(({ epoch, step }) => ({
    position: step,
    name: `epoch ${epoch}`,
  }));
  const best = bestMark(state, bounds);
  const traced = tracesOf(curves, shown, smooth, palette, view.hidden);
  charts.forEach((chart, i) => {
    const { traces, values } = traced[i] ?? { traces: [], values: [] };
    const vertical = BOUNDS[i] ?? BOUNDS[0];
    const isLog = i === 0 && log;
    const lines = traces.map(({ line }) => line);
    chart.draw({
      plot: {
        x: { bounds, whole: true, format: compact },
        y: {
          bounds: vertical.bounds(lines, bounds, zoom !== null, isLog),
          log: isLog,
          format: vertical.format,
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
}

function linesOf(state: Training): Line[] {
  const run = state.curves[state.shown];
  return run ? [lineOf(run.train, "step"), lineOf(run.valid, "step")] : [];
}

/** The range of steps that is drawn. */
function viewOf(state: Training, { zoom, toEnd }: Shown): Bounds {
  return zoom ?? (toEnd ? wholeOf(state) : followed(state));
}

/** From the start to the end of the longest run, including planned steps. */
function wholeOf(state: Training): Bounds {
  return [0, Math.max(1, state.totalSteps, lastStep(state))];
}

/** From the start to somewhat beyond what was measured, so that the first steps can be seen. */
function followed(state: Training): Bounds {
  return [0, Math.min(wholeOf(state)[1], roundedUp(lastStep(state)))];
}

/** The last step that was measured in any run. */
function lastStep({ curves }: Training): number {
  const ends = curves.flatMap(({ train, valid }) =>
    [train, valid].map((columns) => columns.get("step")?.at(-1) ?? 0),
  );
  return Math.max(0, ...ends);
}
