import type { Model } from "../shared/model/model.ts";
import * as read from "../shared/model/read.ts";
import { check } from "../shared/model/read.ts";
import { type Arrangement, arrange } from "./arrangement.ts";
import { type AttentionMap, type MapKey, MEASURES, mapReader, nameOf } from "./maps.ts";
import {
  readStatistics,
  readThumbnails,
  STATISTIC_TRAITS,
  type Statistic,
  THUMBNAIL_TRAITS,
  type Thumbnails,
} from "./mosaic/state.ts";
import {
  type Changes,
  type Predictions,
  readChanges,
  readPredictions,
} from "./prediction/state.ts";
import { QUERY_KEY_TRAITS, type QueryKey, readQueryKey } from "./query_key/state.ts";
import { readSimilar, SIMILAR_TRAITS, type Similar } from "./similar/state.ts";
import type { Trait } from "./traits.ts";

export const VIEWS = ["mosaic", "matrix", "lines", "query_key", "similar"] as const;
export const UNITS = ["tokens", "words"] as const;
export const FILTERS = ["all", "ab", "ba", "aa", "bb"] as const;
export type View = (typeof VIEWS)[number];
export type Unit = (typeof UNITS)[number];
export type Filter = (typeof FILTERS)[number];

/** The value of `order` and `colour` that stands for head effects, besides the names of statistics. */
export const EFFECT = "effect";

const ROW_TRAITS = [
  "token_texts",
  "word_of_token",
  "token_segments",
  "words",
  "row_labels",
  "_row_tokens",
] as const satisfies readonly Trait[];

export interface Attention extends MapKey, Predictions, Changes {
  tokens: string[];
  words: string[];
  rows: Arrangement;
  isPair: boolean;
  layers: number;
  heads: number;
  /** The class chosen as the target; "" to follow the prediction. */
  chosenTarget: string;
  view: View;
  unit: Unit;
  specials: boolean;
  maps: ReadonlyMap<string, AttentionMap>;
  /** The chosen map; null until it is available. */
  map: AttentionMap | null;
  /** For each row of that map the share that went to hidden tokens; empty if none are hidden. */
  leftOut: Float32Array;
  thumbnails: Thumbnails | null;
  statistics: Statistic[];
  order: string;
  colour: string;
  estimates: Float32Array;
  /** Measured effects; NaN if not measured yet. */
  effects: Float32Array;
  progress: number;
  measuring: boolean;
  /** Null if there is no corpus. */
  similar: Similar | null;
  /** The share of the corpus that has been read for the last search. */
  searched: number;
  lineHeads: number[];
  threshold: number;
  token: number | null;
  queryKey: QueryKey | null;
  filter: Filter;
  note: string;
  busy: boolean;
  selected: number | null;
  static: boolean;
}

/** Reads the state. Values that only change with the text or its arrangement are remembered. */
export function attentionReader(): (model: Model<Trait>) => Attention {
  const maps = mapReader();
  const rows = read.remembered(ROW_TRAITS, readRows);
  const thumbnails = read.remembered(THUMBNAIL_TRAITS, readThumbnails);
  const statistics = read.remembered(STATISTIC_TRAITS, readStatistics);
  const queryKey = read.remembered(QUERY_KEY_TRAITS, readQueryKey);
  const similar = read.remembered(SIMILAR_TRAITS, readSimilar);
  return (model) => {
    const [layers, heads] = [read.integer(model, "layers"), read.integer(model, "heads")];
    const arrangement = rows(model);
    const chosenKey: MapKey = {
      measure: oneOf(model, "measure", MEASURES),
      layer: place(model, "layer", layers),
      head: place(model, "head", heads),
      target: read.text(model, "target"),
    };
    const available = maps(model, arrangement.labels.length);
    const map = available.get(nameOf(chosenKey)) ?? null;
    const words = read.texts(model, "words");
    const tokens = read.texts(model, "token_texts");
    const isPair = read.text(model, "pair") !== "";
    return {
      ...chosenKey,
      chosenTarget: read.text(model, "chosen_target"),
      tokens,
      words,
      rows: arrangement,
      isPair,
      layers,
      heads,
      ...readPredictions(model),
      ...readChanges(model, layers, heads, tokens.length),
      view: oneOf(model, "view", VIEWS),
      unit: oneOf(model, "unit", UNITS),
      specials: model.get("specials") !== false,
      maps: available,
      map,
      leftOut: readLeftOut(model, arrangement.labels.length),
      thumbnails: thumbnails(model),
      statistics: statistics(model),
      order: read.text(model, "order"),
      colour: read.text(model, "colour"),
      ...readEffects(model, layers * heads),
      similar: similar(model),
      searched: read.number(model, "_search_progress"),
      ...readLines(model, heads),
      token: read.indexOrNull(model, "token", tokens.length),
      queryKey: queryKey(model),
      filter: isPair ? oneOf(model, "pairs_filter", FILTERS) : "all",
      note: read.text(model, "_note"),
      busy: read.flag(model, "busy"),
      selected: read.indexOrNull(model, "selected", words.length),
      static: read.flag(model, "_static"),
    };
  };
}

function oneOf<T extends string>(model: Model<Trait>, name: Trait, choices: readonly T[]): T {
  const value = model.get(name);
  const choice = choices.find((known) => known === value);
  check(choice !== undefined, `“${name}” is not one of ${choices.join(", ")}.`);
  return choice;
}

/** A number below `count`, or -1 for all. */
function place(model: Model<Trait>, name: Trait, count: number): number {
  const value = model.get(name);
  check(
    typeof value === "number" && Number.isInteger(value) && value >= -1 && value < count,
    `“${name}” is out of range.`,
  );
  return value;
}

function readRows(model: Model<(typeof ROW_TRAITS)[number]>): Arrangement {
  const tokens = read.texts(model, "token_texts").length;
  const words = read.texts(model, "words").length;
  const none = () => new Int32Array(tokens).fill(-1);
  const labels = read.texts(model, "row_labels");
  const owners = read.int32(model, "word_of_token", tokens) ?? none();
  const rows = read.int32(model, "_row_tokens", tokens) ?? none();
  const segments = read.uint8(model, "token_segments", tokens);
  check(
    owners.every((word) => word >= -1 && word < words) &&
      rows.every((row) => row >= -1 && row < labels.length),
    "A token refers to an unknown word or row.",
  );
  const signed = segments === null ? new Int8Array(tokens) : new Int8Array(segments.buffer);
  return arrange(labels, rows, owners, signed);
}

function readLeftOut(model: Model<Trait>, rows: number): Float32Array {
  const shares = new Float32Array(read.bytes(model, "_left_out", 4));
  check(
    shares.length === rows || shares.length === 0,
    "“_left_out” does not have one value per row.",
  );
  return shares;
}

function readEffects(
  model: Model<Trait>,
  heads: number,
): Pick<Attention, "estimates" | "effects" | "progress" | "measuring"> {
  const values = (name: Trait): Float32Array => {
    const values = new Float32Array(read.bytes(model, name, 4));
    check(
      values.length === heads || values.length === 0,
      `“${name}” does not have one value per head.`,
    );
    return values;
  };
  return {
    estimates: values("estimates"),
    effects: values("effects"),
    progress: read.number(model, "effects_progress"),
    measuring: read.flag(model, "measuring"),
  };
}

function readLines(model: Model<Trait>, heads: number): Pick<Attention, "lineHeads" | "threshold"> {
  const chosen = read.numbers(model, "line_heads");
  check(
    chosen.every((head) => Number.isInteger(head) && head >= 0 && head < heads),
    "“line_heads” refers to an unknown head.",
  );
  return { lineHeads: chosen, threshold: Math.min(1, read.number(model, "threshold")) };
}
