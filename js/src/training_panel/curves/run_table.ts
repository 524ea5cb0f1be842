import { h } from "../../shared/dom.ts";
import { count, decimal } from "../../shared/format.ts";
import { differs } from "../../shared/model/read.ts";
import { table } from "../../shared/table.ts";
import { lineOf, valueAt } from "./series.ts";
import type { Curves, RunCurves } from "./state.ts";

const COLUMNS = [
  "Run",
  "Steps",
  "Training loss",
  "Validation loss",
  "Best accuracy",
  "Best macro-F1",
];

/** Steps, latest losses and best scores of a run, as text. */
export function summaryOf({ train, valid }: RunCurves): string[] {
  const figure = (value: number | null): string => (value === null ? "–" : decimal(value, 3));
  const best = (name: string): number | null => {
    const values = lineOf(valid, name).values.filter(Number.isFinite);
    return values.length > 0 ? values.reduce((a, b) => Math.max(a, b)) : null;
  };
  return [
    count(train.get("step")?.at(-1) ?? 0),
    figure(valueAt(lineOf(train, "loss_mean"), null)),
    figure(valueAt(lineOf(valid, "loss"), null)),
    figure(best("accuracy")),
    figure(best("macro_f1")),
  ];
}

/** One row for each of several runs, with its figures. */
export function makeRunTable(): {
  element: HTMLElement;
  draw: (curves: Curves) => void;
} {
  // A part that may scroll must be in reach of the Tab key, with a name.
  const look = {
    class: "bw-run-table",
    tabindex: 0,
    role: "region",
    "aria-label": "Table of runs",
  };
  const rows = h("div", look);
  const changed = differs();
  const draw = (curves: Curves): void => {
    rows.hidden = curves.length < 2;
    if (rows.hidden || !changed(curves)) return;
    const named = curves.map((run) => {
      const name = h("th", { scope: "row" }, h("bdi", {}, run.name));
      return [name, ...summaryOf(run)];
    });
    rows.replaceChildren(table("Runs", COLUMNS, named, [1, 2, 3, 4, 5]));
  };
  return { element: rows, draw };
}
