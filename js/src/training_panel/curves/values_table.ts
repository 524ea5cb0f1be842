import { decimal, scientific } from "../../shared/format.ts";
import { table } from "../../shared/table.ts";
import { lineOf, valueAt } from "./series.ts";
import type { RunCurves } from "./state.ts";

/** With more evaluations the table has the latest. */
const MOST_ROWS = 100;

const COLUMNS = [
  "Step",
  "Training loss",
  "Validation loss",
  "Accuracy",
  "Macro-F1",
  "Learning rate",
];

/** What the curves of a run show at each evaluation. */
export function valuesTable({ name, train, valid }: RunCurves): HTMLElement {
  const rows = [...(valid.get("step") ?? [])].map((step, i) => {
    const trained = (column: string) => valueAt(lineOf(train, column), step);
    const evaluated = (column: string) => valid.get(column)?.[i] ?? null;
    return [
      String(step),
      figure(trained("loss_mean")),
      ...["loss", "accuracy", "macro_f1"].map((column) => figure(evaluated(column))),
      figure(trained("learning_rate"), scientific),
    ];
  });
  return table(`Curves of ${name}`, COLUMNS, rows.slice(-MOST_ROWS), [0, 1, 2, 3, 4, 5]);
}

function figure(value: number | null, write = (known: number) => decimal(known, 3)): string {
  return value === null || !Number.isFinite(value) ? "–" : write(value);
}
