import type { Model } from "../../shared/model/model.ts";
import * as read from "../../shared/model/read.ts";
import { check } from "../../shared/model/read.ts";
import type { Trait } from "../traits.ts";

export const CURVES_TRAITS = [
  "runs",
  "_train",
  "_train_columns",
  "_valid",
  "_valid_columns",
] as const satisfies readonly Trait[];
type CurvesTrait = (typeof CURVES_TRAITS)[number];

/** The measurements of one run by name; the column "step" holds their steps. */
export type Columns = ReadonlyMap<string, Float64Array>;

export interface RunCurves {
  name: string;
  train: Columns;
  valid: Columns;
}

export type Curves = RunCurves[];

/** Splits a table, sorted by run and step, into the columns of each run. */
function readTables(
  model: Model<CurvesTrait>,
  rows: CurvesTrait,
  names: CurvesTrait,
  runs: number,
): Columns[] {
  const columns = read.texts(model, names);
  const values = read.float32Rows(model, rows, columns.length);
  const width = columns.length;
  check(
    width === 0 || (columns[0] === "run" && columns[1] === "step"),
    `“${names}” does not start with the columns “run” and “step”.`,
  );
  const starts = Array.from({ length: runs + 1 }, () => 0);
  const count = width === 0 ? 0 : values.length / width;
  for (let row = 0, last = 0; row < count; row++) {
    const run = values[row * width] ?? Number.NaN;
    const rises =
      run > last ||
      row === 0 ||
      (values[row * width + 1] ?? 0) >= (values[(row - 1) * width + 1] ?? 0);
    check(
      Number.isInteger(run) && run >= last && run < runs && rises,
      `The runs and steps of “${rows}” are not in ascending order.`,
    );
    last = run;
    starts[run + 1] = row + 1;
  }
  for (let run = 1; run <= runs; run++) {
    starts[run] = Math.max(starts[run] ?? 0, starts[run - 1] ?? 0);
  }
  return Array.from({ length: runs }, (_, run) => {
    const [from, to] = [starts[run] ?? 0, starts[run + 1] ?? 0];
    const cut = (column: number): Float64Array =>
      Float64Array.from({ length: to - from }, (_, i) => values[(from + i) * width + column] ?? 0);
    return new Map(columns.map((name, column) => [name, cut(column)]));
  });
}

export function readCurves(model: Model<CurvesTrait>): Curves {
  const names = read.texts(model, "runs");
  const train = readTables(model, "_train", "_train_columns", names.length);
  const valid = readTables(model, "_valid", "_valid_columns", names.length);
  return names.map((name, i) => ({
    name,
    train: train[i] ?? new Map(),
    valid: valid[i] ?? new Map(),
  }));
}
