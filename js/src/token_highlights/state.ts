import type { Model } from "../shared/model/model.ts";
import * as read from "../shared/model/read.ts";
import { check } from "../shared/model/read.ts";
import type { Line } from "../shared/plot/plot.ts";
import type { Trait } from "./traits.ts";
import { type Answer, type Edit, readAnswer, readEdit } from "./what_if/questions.ts";
import { type ScoredTexts, wordsReader } from "./words_state.ts";

export const UNITS = ["words", "tokens", "sentences", "spans"] as const;
export type Unit = (typeof UNITS)[number];

export interface Method {
  name: string;
  title: string;
  /** The number of passes through the model, as text. */
  cost: string;
  hasSign: boolean;
  /** What it works by, under which the menu lists it. */
  family: string;
  paper: string;
  /** Why the model refuses it; "" if it does not. */
  refusal: string;
}

export type Span = [start: number, end: number, segment: number];

/** Scores of every word, one row for each class or layer. */
export interface Rows {
  scores: Float32Array;
  count: number;
  /** The name of the method that computed them. */
  method: string;
}

/** The target's probability as words are removed, the most important first. */
export interface Deletion {
  probability: Line;
  random: Line;
  low: Line;
  high: Line;
}

export interface Highlights extends ScoredTexts {
  texts: [string, string];
  labels: string[];
  /** Null until the first prediction arrives. */
  probabilities: Float32Array | null;
  multiLabel: boolean;
  target: string;
  /** The label chosen as the target; "" for the predicted label. */
  chosenTarget: string;
  /** The label whose logit is subtracted; "" for none. */
  against: string;
  output: "logit" | "probability";
  method: string;
  methods: Method[];
  /** The method of the scores shown. */
  shownMethod: string;
  /** The chosen method is still computing; the scores shown are those of a quicker one. */
  refining: boolean;
  /** The number of windows in which the model reads the text. */
  windows: number;
  /** The share of the windows for which the next scores have been computed. */
  progress: number;
  baseline: string;
  baselines: [string, string][];
  unit: Unit;
  spans: Span[];
  /** Half the width of each word's confidence interval. */
  margins: Float32Array | null;
  selected: number | null;
  completenessError: number | null;
  difference: number | null;
  compare: boolean;
  classes: Rows | null;
  byLayer: boolean;
  layers: Rows | null;
  edit: Edit | null;
  answer: Answer | null;
  canUndo: boolean;
  canRedo: boolean;
  badge: string;
  badgeWords: number[];
  deletion: Deletion | null;
  warnings: string[];
  /** The error message from Python; "" for none. */
  error: string;
  editable: boolean;
  busy: boolean;
  static: boolean;
}

/** Numbers that arrive separately from their words; empty while their counts differ. */
function fitting(model: Model<Trait>, name: Trait, fits: (count: number) => boolean): Float32Array {
  const scores = read.float32Rows(model, name, 1);
  check(
    scores.every((score) => Number.isFinite(score)),
    `“${name}” has a value that is not finite.`,
  );
  return fits(scores.length) ? scores : new Float32Array(0);
}

function readRows(
  model: Model<Trait>,
  what: "class" | "layer",
  words: number,
  rows: number,
): Rows | null {
  const fits = (count: number): boolean =>
    rows > 0 ? count === rows * words : words > 0 && count % words === 0;
  const scores = fitting(model, `${what}_scores`, fits);
  if (scores.length === 0) return null;
  const count = scores.length / words;
  return { scores, count, method: read.text(model, `${what}_method`) };
}

function readDeletion(model: Model<Trait>): Deletion | null {
  const rows = read.float32Rows(model, "deletion", 5);
  if (rows.length === 0) return null;
  check(
    rows.every((value) => Number.isFinite(value)),
    "“deletion” has a value that is not finite.",
  );
  const column = (i: number): Float64Array =>
    Float64Array.from(rows.filter((_, position) => position % 5 === i));
  const steps = column(0);
  const line = (i: number): Line => ({ steps, values: column(i) });
  return { probability: line(1), random: line(2), low: line(3), high: line(4) };
}

function readSpans(model: Model<Trait>): Span[] {
  return read.list(model, "spans").map((span) => {
    const whole = Array.isArray(span) && span.length === 3 && span.every(Number.isInteger);
    check(whole, "“spans” has an item that is not a span.");
    return span as Span;
  });
}

function oneOf<T extends string>(model: Model<Trait>, name: Trait, known: readonly T[]): T {
  const value = read.text(model, name);
  return known.find((name) => name === value) ?? (known[0] as T);
}

/** Reads the state at every call; words and tokens only after they were replaced. */
export function highlightsReader(): (model: Model<Trait>) => Highlights {
  const readScored = wordsReader();
  return (model) => readHighlights(model, readScored(model));
}

function readTargets(
  model: Model<Trait>,
  labels: readonly string[],
): Pick<Highlights, "target" | "chosenTarget" | "against"> {
  const labelIn = (name: Trait): string => {
    const label = read.text(model, name);
    const isKnown = label === "" || labels.includes(label);
    check(isKnown, `The target “${label}” is not one of the labels.`);
    return label;
  };
  return {
    target: labelIn("target"),
    chosenTarget: labelIn("chosen_target"),
    against: labelIn("against"),
  };
}

function readMethods(model: Model<Trait>): Method[] {
  const text = "text";
  const rows = read.tuples(model, "_methods", text, text, text, "number", text, text, text);
  return rows.map(([name, title, cost, sign, family, paper, refusal]) => ({
    ...{ name, title, cost, hasSign: sign !== 0 },
    ...{ family, paper, refusal },
  }));
}

function readHighlights(model: Model<Trait>, scored: ScoredTexts): Highlights {
  const texts: [string, string] = [read.text(model, "text"), read.text(model, "pair")];
  const labels = read.texts(model, "labels");
  const words = scored.words.length;
  const margins = fitting(model, "margins", (count) => count === words);
  const method = read.text(model, "method");
  return {
    ...scored,
    texts,
    labels,
    probabilities: read.float32(model, "probabilities", labels.length),
    multiLabel: read.flag(model, "_multi_label"),
    ...readTargets(model, labels),
    output: oneOf(model, "output", ["logit", "probability"]),
    method,
    methods: readMethods(model),
    shownMethod: read.text(model, "shown_method") || method,
    refining: read.flag(model, "refining"),
    windows: read.numberOrNull(model, "windows") ?? 1,
    progress: Math.min(1, read.numberOrNull(model, "progress") ?? 0),
    baseline: read.text(model, "baseline"),
    baselines: read.tuples(model, "_baselines", "text", "text"),
    unit: oneOf(model, "unit", UNITS),
    spans: readSpans(model),
    margins: margins.length > 0 ? margins : null,
    selected: read.indexOrNull(model, "selected", words),
    completenessError: read.numberOrNull(model, "completeness_error"),
    difference: read.finiteOrNull(model, "difference"),
    compare: read.flag(model, "compare"),
    classes: readRows(model, "class", words, labels.length),
    byLayer: read.flag(model, "by_layer"),
    layers: readRows(model, "layer", words, 0),
    edit: readEdit(model),
    answer: readAnswer(model, labels.length),
    canUndo: read.flag(model, "can_undo"),
    canRedo: read.flag(model, "can_redo"),
    badge: read.text(model, "badge"),
    badgeWords: read.numbers(model, "badge_words"),
    deletion: readDeletion(model),
    warnings: read.texts(model, "warnings"),
    error: read.text(model, "error"),
    editable: read.flag(model, "editable"),
    busy: read.flag(model, "busy"),
    static: read.flag(model, "_static"),
  };
}

/** Whether a kernel with a classifier is attached. */
export function isLive(state: Highlights): boolean {
  return state.editable && !state.static;
}

export function methodOf({ methods }: Highlights, name: string): Method {
  const known = methods.find((method) => method.name === name);
  const unknown = { cost: "", hasSign: true, family: "", paper: "", refusal: "" };
  return known ?? { name, title: name, ...unknown };
}
