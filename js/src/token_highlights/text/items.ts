import { drawnRuns, type Range, type Run, shiftedRanges } from "../../shared/codepoints.ts";
import type { Highlights } from "../state.ts";

/** A highlight in one of the two texts: a word or a token. */
export interface Item extends Range {
  /** The word that a click selects; null for a special token. */
  word: number | null;
  score: number;
  label: string;
}

export function itemsOf(scored: Highlights, segment: number, tokens: boolean): Item[] {
  if (!tokens) {
    return scored.words.flatMap(({ start, end, score, text, segment: wordSegment }, word) =>
      wordSegment === segment ? [{ start, end, word, score, label: text }] : [],
    );
  }
  return scored.tokens.flatMap(({ start, end, score, text, word }) =>
    word !== null && scored.words[word]?.segment === segment
      ? [{ start, end, word, score, label: text }]
      : [],
  );
}

/** The highlighted stretches of the current text; the scores may be those of an earlier text. */
export function runsOf(items: readonly Item[], scoredText: string, text: string): Run[] {
  const ranges = items.map(({ start, end }, item) => ({ start, end, item }));
  return drawnRuns(text, shiftedRanges(ranges, scoredText, text));
}

/** The special tokens drawn before and after a text: those with no token of the other text in between. */
export function specialsOf(scored: Highlights, segment: number): { before: Item[]; after: Item[] } {
  const before: Item[] = [];
  const after: Item[] = [];
  let current = -1;
  for (const { word, text, score } of scored.tokens) {
    if (word !== null) current = scored.words[word]?.segment ?? current;
    else if (current === -1 && segment === 0)
      before.push({ start: 0, end: 0, word: null, score, label: text });
    else if (current === segment) after.push({ start: 0, end: 0, word: null, score, label: text });
  }
  return { before, after };
}

export function sumOfMagnitudes(items: readonly { score: number }[]): number {
  return items.reduce((sum, { score }) => sum + Math.abs(score), 0);
}
