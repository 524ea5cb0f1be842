import type { Model } from "../shared/model/model.ts";
import * as read from "../shared/model/read.ts";
import { check } from "../shared/model/read.ts";
import { CLASSES_TRAITS, type Classes, readClasses } from "./classes/state.ts";
import { CURVES_TRAITS, type Curves, readCurves } from "./curves/state.ts";
import { type DataMap, MAP_TRAITS, readMap } from "./data_map/state.ts";
import { FORM_TRAITS, type Form, readForm } from "./form/state.ts";
import {
  PROBE_HISTORY_TRAITS,
  type ProbeHistory,
  readProbeHistory,
} from "./probe_history/state.ts";
import type { Trait } from "./traits.ts";

export const PHASES = [
  "ready",
  "running",
  "paused",
  "stopping",
  "stopped",
  "finished",
  "failed",
] as const;
export const VIEWS = ["curves", "probes", "data", "classes", "notes"] as const;

export type Phase = (typeof PHASES)[number];
export type View = (typeof VIEWS)[number];
export const VIEW_NAMES: Record<View, string> = {
  curves: "Curves",
  probes: "Probes",
  data: "Data map",
  classes: "Classes",
  notes: "Notes",
};
/** Variability from and to, confidence from and to. */
export type Box = readonly [number, number, number, number];

export interface Training {
  phase: Phase;
  step: number;
  totalSteps: number;
  epoch: number;
  epochs: number;
  examplesPerSecond: number | null;
  secondsLeft: number | null;
  elapsed: number;
  /** Megabytes. */
  memory: number | null;
  learningRate: number | null;
  stopsAfterEpoch: boolean;
  canSave: boolean;
  problem: string;
  bestStep: number | null;
  settings: [string, string][];
  notes: [number, string][];
  probes: string[];
  /** The index of the probe snapshot in view; null for the latest. */
  snapshot: number | null;
  brush: Box | null;
  view: View;
  /** The run shown by everything except the curves, which show all runs. */
  shown: number;
  static: boolean;
  curves: Curves;
  form: Form;
  probeHistory: ProbeHistory;
  map: DataMap;
  classes: Classes;
}

function oneOf<T extends string>(known: readonly T[], model: Model<Trait>, name: Trait): T {
  const value = read.text(model, name);
  const choice = known.find((candidate) => candidate === value);
  check(choice !== undefined, `“${value}” is not a “${name}” of a training panel.`);
  return choice;
}

function readBrush(model: Model<Trait>): Box | null {
  const [left, right, low, high, ...more] = read.numbers(model, "brush");
  if (left === undefined) return null;
  check(
    right !== undefined && low !== undefined && high !== undefined && more.length === 0,
    "“brush” is not a list of four numbers.",
  );
  return [left, right, low, high];
}

/** Reads a panel's traits; the large ones only when they were replaced. */
export function trainingReader(): (model: Model<Trait>) => Training {
  const curves = read.remembered(CURVES_TRAITS, readCurves);
  const form = read.remembered(FORM_TRAITS, readForm);
  const probeHistory = read.remembered(PROBE_HISTORY_TRAITS, readProbeHistory);
  const map = read.remembered(MAP_TRAITS, readMap);
  const classes = read.remembered(CLASSES_TRAITS, readClasses);
  return (model) => ({
    phase: oneOf(PHASES, model, "state"),
    step: read.integer(model, "step"),
    totalSteps: read.integer(model, "total_steps"),
    epoch: read.number(model, "epoch"),
    epochs: read.number(model, "epochs"),
    examplesPerSecond: read.numberOrNull(model, "examples_per_second"),
    secondsLeft: read.numberOrNull(model, "seconds_left"),
    elapsed: read.number(model, "elapsed"),
    memory: read.numberOrNull(model, "memory"),
    learningRate: read.numberOrNull(model, "learning_rate"),
    stopsAfterEpoch: read.flag(model, "stops_after_epoch"),
    canSave: read.flag(model, "can_save"),
    problem: read.text(model, "problem"),
    bestStep: read.numberOrNull(model, "best_step"),
    settings: read.tuples(model, "settings", "text", "text"),
    notes: read.tuples(model, "notes", "number", "text"),
    probes: read.texts(model, "probes"),
    snapshot: read.indexOrNull(model, "snapshot", Number.MAX_SAFE_INTEGER),
    brush: readBrush(model),
    view: oneOf(VIEWS, model, "view"),
    shown: read.integer(model, "shown", read.texts(model, "runs").length),
    static: read.flag(model, "_static"),
    curves: curves(model),
    form: form(model),
    probeHistory: probeHistory(model),
    map: map(model),
    classes: classes(model),
  });
}
