import type { Model } from "../shared/model/model.ts";
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
  /** The last state whose scores are those of its text, target and method. */
  scored: Highlights;
  /** The scores are not those of the current text, target and method. */
  stale: boolean;
  /** Newer scores are being computed. */
  working: boolean;
}

export interface Tracker {
  /** Call this before setting a trait that makes Python compute. */
  expect: () => void;
  pending: (state: Highlights) => boolean;
  track: (state: Highlights) => Tracked;
}

/**
 * Distinguishes scores of the current text from those that Python is about to replace. A change made
 * here is in the model at once, its scores arrive later: until then the model mixes the two. Scores of
 * a quick method, shown while the chosen one is computing, count as scores of the current text.
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

/** A key for everything that the scores depend on. */
export function questionOf(state: Highlights): string {
  const { texts, target, against, output, method, baseline, unit, spans } = state;
  return JSON.stringify([texts, target, against, output, method, baseline, unit, spans]);
}

function sameQuestion(one: Highlights, other: Highlights): boolean {
  return questionOf(one) === questionOf(other);
}
