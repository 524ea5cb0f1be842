import { codePoints, type Range, slice } from "../shared/codepoints.ts";
import type { Model } from "../shared/model.ts";
import type { Line } from "../shared/plot.ts";
import * as read from "../shared/read.ts";
import { check } from "../shared/read.ts";
import { type Answer, type Edit, readAnswer, readEdit } from "./questions.ts";
import type { Trait } from "./traits.ts";

const WORD_TRAITS = [
  "words",
  "word_offsets",
  "word_segments",
  "scores",
] as const satisfies readonly Trait[];
const TOKEN_TRAITS = [
  ...WORD_TRAITS,
  "token_texts",
  "token_offsets",
  "word_of_token",
  "token_scores",
] as const satisfies readonly Trait[];

export const UNITS = ["words", "tokens", "sentences", "spans"] as const;
export type Unit = (typeof UNITS)[number];

export interface Word extends Range {
  text: string;
  /** 0 where the word is in the text, 1 where it is in the pair. */
  segment: number;
  score: number;
}

export interface Token extends Range {
  text: string;
  /** The word it belongs to; null for a special token. */
  word: number | null;
  score: number;
}

export interface Method {
  name: string;
  title: string;
  /** Passes through the model, in words. */
  cost: string;
  hasSign: boolean;
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

export interface Highlights {
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
  words: Word[];
  /** Half the width of each word's confidence interval. */
  margins: Float32Array | null;
  tokens: Token[];
  /** The words are those of these texts; false between an edit and its scores. */
  belongs: boolean;
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

function range(offsets: Int32Array, i: number, what: string): Range {
  const [start, end] = [offsets[2 * i] ?? -1, offsets[2 * i + 1] ?? -1];
  check(0 <= start && start <= end, `${what} ${i + 1} has no valid position in a text.`);
  return { start, end };
}

function readWords(model: Model<(typeof WORD_TRAITS)[number]>): Word[] {
  const texts = read.texts(model, "words");
  const offsets = read.int32(model, "word_offsets", 2 * texts.length);
  const segments = read.uint8(model, "word_segments", texts.length);
  const scores = read.float32(model, "scores", texts.length);
  if (offsets === null || segments === null || scores === null) return [];
  return texts.map((text, i) => {
    const segment = segments[i] ?? 0;
    check(segment <= 1, `Word ${i + 1} does not belong to either text.`);
    return { ...range(offsets, i, "Word"), text, segment, score: scores[i] ?? 0 };
  });
}

function readTokens(model: Model<(typeof TOKEN_TRAITS)[number]>, words: readonly Word[]): Token[] {
  const texts = read.texts(model, "token_texts");
  const offsets = read.int32(model, "token_offsets", 2 * texts.length);
  const owners = read.int32(model, "word_of_token", texts.length);
  const scores = read.float32(model, "token_scores", texts.length);
  if (offsets === null || owners === null || scores === null || words.length === 0) return [];
  return texts.map((text, i) => {
    const score = scores[i] ?? 0;
    const word = owners[i] ?? -1;
    if (word === -1) return { start: 0, end: 0, text, word: null, score };
    check(words[word] !== undefined, `Token ${i + 1} does not belong to a word.`);
    return { ...range(offsets, i, "Token"), text, word, score };
  });
}

/** Whether every word is found at its position in the texts. */
function inPlace(words: readonly Word[], texts: readonly [string, string]): boolean {
  const points = texts.map(codePoints);
  return words.every(({ start, end, text, segment }) => {
    const whole = points[segment] ?? [];
    return end <= whole.length && slice(whole, start, end) === text;
  });
}

/** Numbers that arrive separately from their words: none while their count does not fit. */
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
  const words = read.remembered(WORD_TRAITS, readWords);
  const tokens = read.remembered(TOKEN_TRAITS, (model) => readTokens(model, words(model)));
  const belongs = read.remembered([...WORD_TRAITS, "text", "pair"], (model) =>
    inPlace(words(model), [read.text(model, "text"), read.text(model, "pair")]),
  );
  return (model) => readHighlights(model, words(model), tokens(model), belongs(model));
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
  const rows = read.tuples(model, "_methods", "text", "text", "text", "number");
  return rows.map(([name, title, cost, sign]) => ({ name, title, cost, hasSign: sign !== 0 }));
}

function readHighlights(
  model: Model<Trait>,
  words: Word[],
  tokens: Token[],
  belongs: boolean,
): Highlights {
  const texts: [string, string] = [read.text(model, "text"), read.text(model, "pair")];
  const labels = read.texts(model, "labels");
  const margins = fitting(model, "margins", (count) => count === words.length);
  const method = read.text(model, "method");
  return {
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
    words,
    margins: margins.length > 0 ? margins : null,
    tokens,
    belongs,
    selected: read.indexOrNull(model, "selected", words.length),
    completenessError: read.numberOrNull(model, "completeness_error"),
    difference: read.finiteOrNull(model, "difference"),
    compare: read.flag(model, "compare"),
    classes: readRows(model, "class", words.length, labels.length),
    byLayer: read.flag(model, "by_layer"),
    layers: readRows(model, "layer", words.length, 0),
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
  return known ?? { name, title: name, cost: "", hasSign: true };
}
