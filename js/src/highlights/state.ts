import { codePoints, type Range, slice } from "../shared/codepoints.ts";
import type { Model } from "../shared/model.ts";
import * as read from "../shared/read.ts";
import { check } from "../shared/read.ts";

export const TRAITS = [
  "text",
  "pair",
  "labels",
  "probabilities",
  "multi_label",
  "target",
  "method",
  "methods",
  "words",
  "offsets",
  "segments",
  "scores",
  "tokens",
  "token_offsets",
  "token_words",
  "token_scores",
  "selected",
  "completeness_error",
  "editable",
  "busy",
] as const;

export interface Word extends Range {
  text: string;
  /** 0 where the word is in the text, 1 where it is in the pair. */
  segment: number;
  score: number;
}

export interface Piece extends Range {
  text: string;
  /** The word it belongs to; null for a special token. */
  word: number | null;
  score: number;
}

export interface Highlights {
  texts: [string, string];
  labels: string[];
  /** Null until the first prediction arrives. */
  probabilities: Float32Array | null;
  multiLabel: boolean;
  target: string;
  method: string;
  methods: [string, string][];
  words: Word[];
  pieces: Piece[];
  /** The words stand in these texts; not so between an edit and its scores. */
  belongs: boolean;
  selected: number | null;
  completenessError: number | null;
  editable: boolean;
  busy: boolean;
  static: boolean;
}

function range(offsets: Int32Array, i: number, what: string): Range {
  const [start, end] = [offsets[2 * i] ?? -1, offsets[2 * i + 1] ?? -1];
  check(
    0 <= start && start <= end,
    `The saved state is damaged: ${what} ${i + 1} has no place in a text.`,
  );
  return { start, end };
}

function readWords(model: Model): Word[] {
  const texts = read.texts(model, "words");
  const offsets = read.int32(model, "offsets", 2 * texts.length);
  const segments = read.uint8(model, "segments", texts.length);
  const scores = read.float32(model, "scores", texts.length);
  if (offsets === null || segments === null || scores === null) return [];
  return texts.map((text, i) => {
    const segment = segments[i] ?? 0;
    check(segment <= 1, `The saved state is damaged: word ${i + 1} belongs to neither text.`);
    return { ...range(offsets, i, "word"), text, segment, score: scores[i] ?? 0 };
  });
}

function readPieces(model: Model, words: readonly Word[]): Piece[] {
  const texts = read.texts(model, "tokens");
  const offsets = read.int32(model, "token_offsets", 2 * texts.length);
  const owners = read.int32(model, "token_words", texts.length);
  const scores = read.float32(model, "token_scores", texts.length);
  if (offsets === null || owners === null || scores === null || words.length === 0) return [];
  return texts.map((text, i) => {
    const score = scores[i] ?? 0;
    const word = owners[i] ?? -1;
    if (word === -1) return { start: 0, end: 0, text, word: null, score };
    check(
      words[word] !== undefined,
      `The saved state is damaged: word piece ${i + 1} belongs to no word.`,
    );
    return { ...range(offsets, i, "word piece"), text, word, score };
  });
}

/** Whether the texts read, at every word's place, as the word does. */
function inPlace(words: readonly Word[], texts: readonly [string, string]): boolean {
  const points = texts.map(codePoints);
  return words.every(({ start, end, text, segment }) => {
    const own = points[segment] ?? [];
    return end <= own.length && slice(own, start, end) === text;
  });
}

export function readHighlights(model: Model): Highlights {
  const texts: [string, string] = [read.text(model, "text"), read.text(model, "pair")];
  const labels = read.texts(model, "labels");
  const target = read.text(model, "target");
  check(
    target === "" || labels.includes(target),
    `The saved state is damaged: the target “${target}” is not one of the labels.`,
  );
  const words = readWords(model);
  return {
    texts,
    labels,
    probabilities: read.float32(model, "probabilities", labels.length),
    multiLabel: read.flag(model, "multi_label"),
    target,
    method: read.text(model, "method"),
    methods: read.tuples(model, "methods", "text", "text"),
    words,
    pieces: readPieces(model, words),
    belongs: inPlace(words, texts),
    selected: read.indexOrNull(model, "selected", words.length),
    completenessError: read.numberOrNull(model, "completeness_error"),
    editable: read.flag(model, "editable"),
    busy: read.flag(model, "busy"),
    static: read.flag(model, "_static"),
  };
}
