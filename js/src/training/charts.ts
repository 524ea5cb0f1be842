import { h } from "../shared/dom.ts";
import { decimal, scientific } from "../shared/format.ts";
import type { Frame } from "../shared/frame.ts";
import { makeChart } from "./chart.ts";
import { epochMarks, fromZero, type Line, shareBounds, smoothed } from "./series.ts";
import type { Columns, Training } from "./state.ts";

/** A value loses half its weight over this share of the run. */
const HALF_LIFE = 1 / 100;

const NONE = new Float64Array(0);

function lineOf(columns: Columns, name: string): Line {
  return { steps: columns.get("step") ?? NONE, values: columns.get(name) ?? NONE };
}

/** Loss, validation scores and learning rate over one axis of steps. */
export function makeCharts(frame: Frame): {
  element: HTMLElement;
  draw: (state: Training) => void;
} {
  const cursorKey = crypto.randomUUID();
  const plain = (value: number): string => String(Number(value.toPrecision(3)));
  const loss = makeChart(frame, {
    title: "Loss",
    curves: [
      { name: "raw", color: (p) => p.positiveInk, width: 1, opacity: 0.28, unnamed: true },
      { name: "training", color: (p) => p.positiveInk, width: 2 },
      { name: "validation", color: (p) => p.negativeInk, width: 2, markers: true },
    ],
    bounds: fromZero,
    format: (value) => decimal(value, 3),
    axisFormat: plain,
    cursorKey,
    named: true,
  });
  const scores = makeChart(frame, {
    title: "Validation",
    curves: [
      { name: "accuracy", color: (p) => p.good, width: 2, markers: true },
      { name: "macro-F1", color: (p) => p.violet, width: 2, markers: true, dash: [5, 4] },
    ],
    bounds: shareBounds,
    format: (value) => decimal(value, 3),
    axisFormat: plain,
    cursorKey,
  });
  const pace = makeChart(frame, {
    title: "Learning rate",
    curves: [{ name: "", color: (p) => p.muted, width: 1.5 }],
    bounds: fromZero,
    format: scientific,
    axisFormat: scientific,
    cursorKey,
  });
  loss.element.classList.add("bw-chart-loss");
  scores.element.classList.add("bw-chart-scores");
  pace.element.classList.add("bw-chart-pace");
  const element = h("div", { class: "bw-charts" }, loss.element, scores.element, pace.element);

  const draw = (state: Training): void => {
    const { train, valid, totalSteps, epochs } = state;
    const marks = epochMarks(totalSteps, epochs);
    const raw = lineOf(train, "loss");
    const smooth = { steps: raw.steps, values: smoothed(raw, Math.max(1, totalSteps * HALF_LIFE)) };
    loss.draw({ lines: [raw, smooth, lineOf(valid, "loss")], totalSteps, marks });
    scores.draw({
      lines: [lineOf(valid, "accuracy"), lineOf(valid, "macro_f1")],
      totalSteps,
      marks,
    });
    pace.draw({ lines: [lineOf(train, "learning_rate")], totalSteps, marks });
  };
  return { element, draw };
}
