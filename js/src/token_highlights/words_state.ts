import { codePoints, type Range, slice } from "../shared/codepoints.ts";
import type { Model } from "../shared/model/model.ts";
import * as read from "../shared/model/read.ts";
import { check } from "../shared/model/read.ts";
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

export interface Word extends Range {
  text: string;
  /** 0 if the word is in the text, 1 if it is in the pair. */
  segment: number;
  score: number;
}

export interface Token extends Range {
  text: string;
  /** The word it belongs to; null for a special token. */
  word: number | null;
  score: number;
}

function range(offsets: Int32Array, i: number, kind: string): Range {
  const [start, end] = [offsets[2 * i] ?? -1, offsets[2 * i + 1] ?? -1];
  check(0 <= start && start <= end, `${kind} ${i + 1} has no valid position in a text.`);
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

/** The words and tokens with their scores. */
export interface ScoredTexts {
  words: Word[];
  tokens: Token[];
  /** The words belong to the current texts; false between an edit and its scores. */
  belongs: boolean;
}

/** Reads the words and tokens again only after they were replaced. */
export function wordsReader(): (model: Model<Trait>) => ScoredTexts {
  const words = read.remembered(WORD_TRAITS, readWords);
  const tokens = read.remembered(TOKEN_TRAITS, (model) => readTokens(model, words(model)));
  const belongs = read.remembered([...WORD_TRAITS, "text", "pair"], (model) =>
    inPlace(words(model), [read.text(model, "text"), read.text(model, "pair")]),
  );
  return (model) => ({ words: words(model), tokens: tokens(model), belongs: belongs(model) });
}
