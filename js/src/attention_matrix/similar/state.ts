import type { Model } from "../../shared/model/model.ts";
import * as read from "../../shared/model/read.ts";
import { check } from "../../shared/model/read.ts";
import type { Trait } from "../traits.ts";

export const COMPARED = ["embedding", "heads"] as const;
export type Compared = (typeof COMPARED)[number];

export const SIMILAR_TRAITS = [
  "_corpus_size",
  "similar_by",
  "matches",
  "match_counts",
  "_matches_of",
] as const satisfies readonly Trait[];
type SimilarTrait = (typeof SIMILAR_TRAITS)[number];

const TEXTS = ["before", "after", "attends_to", "tag", "label"] as const;

/** A search for tokens similar to one of the text, at a layer. */
export interface Search {
  token: number;
  layer: number;
  by: Compared;
  heads: readonly number[];
}

/** A token of the corpus with its context. */
export interface Match extends Record<(typeof TEXTS)[number], string> {
  /** The word, split around the token that matches. */
  match: [start: string, token: string, end: string];
  similarity: number;
}

/** What the matches have in common: how often each value occurs. */
export interface Counts {
  heading: string;
  values: (readonly [value: string, count: number])[];
}

export interface Similar {
  /** The number of texts in the corpus. */
  size: number;
  by: Compared;
  matches: Match[];
  counts: Counts[];
  /** The search that found the matches; null before the first search. */
  search: Search | null;
}

export function readSimilar(model: Model<SimilarTrait>): Similar | null {
  const size = read.integer(model, "_corpus_size");
  if (size === 0) return null;
  const by = COMPARED.find((kind) => kind === model.get("similar_by"));
  check(by !== undefined, "“similar_by” is unknown.");
  return {
    size,
    by,
    matches: read.list(model, "matches").map(readMatch),
    counts: read.list(model, "match_counts").map(readCounts),
    search: readSearch(model.get("_matches_of")),
  };
}

function readMatch(value: unknown): Match {
  const row = (value ?? {}) as Record<string, unknown>;
  const word: unknown = row["match"];
  check(
    TEXTS.every((name) => typeof row[name] === "string") &&
      Array.isArray(word) &&
      word.length === 3 &&
      word.every((part) => typeof part === "string") &&
      Number.isFinite(row["similarity"]),
    "A match has no text or no similarity.",
  );
  return row as unknown as Match;
}

function readCounts(value: unknown): Counts {
  const [heading, values] = Array.isArray(value) ? value : [];
  check(
    typeof heading === "string" &&
      Array.isArray(values) &&
      values.every(
        (pair) =>
          Array.isArray(pair) && typeof pair[0] === "string" && Number.isFinite(pair[1] ?? null),
      ),
    "The counts of matches are not pairs of a value and a number.",
  );
  return { heading, values };
}

function readSearch(value: unknown): Search | null {
  const { token, layer, by, heads } = (value ?? {}) as Partial<Record<keyof Search, unknown>>;
  if (token === undefined) return null;
  const compared = COMPARED.find((kind) => kind === by);
  check(
    typeof token === "number" &&
      typeof layer === "number" &&
      compared !== undefined &&
      Array.isArray(heads) &&
      heads.every((head) => typeof head === "number"),
    "The search that found the matches is incomplete.",
  );
  return { token, layer, by: compared, heads };
}

export function isSameSearch(one: Search, other: Search | null): boolean {
  return (
    one.token === other?.token &&
    one.layer === other.layer &&
    one.by === other.by &&
    one.heads.length === other.heads.length &&
    one.heads.every((head, i) => head === other.heads[i])
  );
}
