import type { Model } from "../shared/model.ts";
import type { Highlights } from "./state.ts";
import type { Trait } from "./traits.ts";

const RESULTS = [
  "probabilities",
  "word_offsets",
  "scores",
  "token_scores",
  "error",
] as const satisfies readonly Trait[];

export interface Tracked {
  /** The last state whose scores belong to its text, target and method. */
  scored: Highlights;
  /** What is drawn is not of the text, target and method as they stand. */
  stale: boolean;
  /** Newer scores are on their way. */
  working: boolean;
}

export interface Tracker {
  /** To be called before a trait is set that makes Python compute. */
  expect: () => void;
  pending: (state: Highlights) => boolean;
  track: (state: Highlights) => Tracked;
}

/**
 * Tells scores that belong to the text from those Python is about to replace. A change made here
 * reaches the model at once and its scores later: until then the model mixes the two. Scores of a
 * quick method, shown while the chosen one is at work, belong to the text as they are.
 */
export function makeTracker(model: Model<Trait>): Tracker {
  let scored: Highlights | null = null;
  let awaited: { busySeen: boolean; results: unknown[] } | null = null;
  const results = (): unknown[] => RESULTS.map((name) => model.get(name));

  const expect = (): void => {
    awaited ??= { busySeen: false, results: results() };
  };
  const pending = (state: Highlights): boolean => {
    const busy = state.busy && !state.refining;
    if (awaited === null || busy) {
      if (awaited !== null) awaited.busySeen = true;
      return busy;
    }
    const { busySeen, results: before } = awaited;
    const answered = busySeen || results().some((result, i) => result !== before[i]);
    if (answered || (scored !== null && sameQuestion(state, scored))) awaited = null;
    return awaited !== null;
  };
  const track = (state: Highlights): Tracked => {
    const working = pending(state);
    const settled = !working && state.belongs;
    if (settled) scored = state;
    scored ??= state.belongs
      ? state
      : { ...state, words: [], tokens: [], classes: null, layers: null };
    return { scored, stale: !settled && !(state.belongs && sameQuestion(state, scored)), working };
  };
  return { expect, pending, track };
}

/** What the scores answer, as one text. */
export function questionOf(state: Highlights): string {
  const { texts, target, against, output, method, baseline, unit, spans } = state;
  return JSON.stringify([texts, target, against, output, method, baseline, unit, spans]);
}

function sameQuestion(one: Highlights, other: Highlights): boolean {
  return questionOf(one) === questionOf(other);
}
