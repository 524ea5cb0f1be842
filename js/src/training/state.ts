import type { Model } from "../shared/model.ts";
import * as read from "../shared/read.ts";
import { check } from "../shared/read.ts";

export const TRAITS = [
  "state",
  "step",
  "total_steps",
  "epoch",
  "epochs",
  "examples_per_second",
  "seconds_left",
  "elapsed",
  "_train",
  "_train_columns",
  "_valid",
  "_valid_columns",
  "settings",
] as const;

export const PHASES = [
  "ready",
  "running",
  "paused",
  "stopping",
  "stopped",
  "finished",
  "failed",
] as const;

export type Phase = (typeof PHASES)[number];

/** Measurements by name, one column each; the column "step" says when. */
export type Columns = ReadonlyMap<string, Float64Array>;

export interface Training {
  phase: Phase;
  step: number;
  totalSteps: number;
  epoch: number;
  epochs: number;
  examplesPerSecond: number | null;
  secondsLeft: number | null;
  elapsed: number;
  train: Columns;
  valid: Columns;
  settings: [string, string][];
  static: boolean;
}

function readColumns(model: Model, rows: string, names: string): Columns {
  const columns = read.texts(model, names);
  const values = read.float32Rows(model, rows, columns.length);
  check(
    columns.length === 0 || columns[0] === "step",
    `The saved state is damaged: “${names}” does not begin with “step”.`,
  );
  const count = columns.length === 0 ? 0 : values.length / columns.length;
  const read64 = (column: number): Float64Array =>
    Float64Array.from({ length: count }, (_, row) => values[row * columns.length + column] ?? 0);
  const found = new Map(columns.map((name, column) => [name, read64(column)]));
  const steps = found.get("step");
  check(
    steps === undefined || steps.every((step, i) => i === 0 || step >= (steps[i - 1] ?? 0)),
    `The saved state is damaged: the steps of “${rows}” do not rise.`,
  );
  return found;
}

export function readTraining(model: Model): Training {
  const state = read.text(model, "state");
  const phase = PHASES.find((known) => known === state);
  check(
    phase !== undefined,
    `The saved state is damaged: “${state}” is no state of a training run.`,
  );
  return {
    phase,
    step: read.integer(model, "step"),
    totalSteps: read.integer(model, "total_steps"),
    epoch: read.number(model, "epoch"),
    epochs: read.number(model, "epochs"),
    examplesPerSecond: read.numberOrNull(model, "examples_per_second"),
    secondsLeft: read.numberOrNull(model, "seconds_left"),
    elapsed: read.number(model, "elapsed"),
    train: readColumns(model, "_train", "_train_columns"),
    valid: readColumns(model, "_valid", "_valid_columns"),
    settings: read.textPairs(model, "settings"),
    static: read.flag(model, "_static"),
  };
}
