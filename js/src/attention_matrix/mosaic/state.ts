import type { Model } from "../../shared/model/model.ts";
import * as read from "../../shared/model/read.ts";
import { check } from "../../shared/model/read.ts";
import type { Trait } from "../traits.ts";

export const THUMBNAIL_TRAITS = [
  "_thumbnails",
  "_side",
  "layers",
  "heads",
] as const satisfies readonly Trait[];
export const STATISTIC_TRAITS = [
  "_statistic_names",
  "_statistics",
  "layers",
  "heads",
] as const satisfies readonly Trait[];

/** A number for each head, computed from its weights. */
export interface Statistic {
  name: string;
  title: string;
  unit: string;
  explanation: string;
  /** One value per head, layer by layer. */
  values: Float32Array;
}

export interface Thumbnails {
  /** One square per head, layer by layer; 255 is the largest weight of the head. */
  bytes: Uint8Array;
  side: number;
}

export function readThumbnails(model: Model<(typeof THUMBNAIL_TRAITS)[number]>): Thumbnails | null {
  const side = read.integer(model, "_side");
  const heads = read.integer(model, "layers") * read.integer(model, "heads");
  const bytes = read.uint8(model, "_thumbnails", heads * side * side);
  return bytes === null || side === 0 ? null : { bytes, side };
}

export function readStatistics(model: Model<(typeof STATISTIC_TRAITS)[number]>): Statistic[] {
  const names = read.tuples(model, "_statistic_names", "text", "text", "text", "text");
  const heads = read.integer(model, "layers") * read.integer(model, "heads");
  const values = new Float32Array(read.bytes(model, "_statistics", 4));
  check(
    values.length === names.length * heads || values.length === 0,
    "“_statistics” does not have one value per head.",
  );
  if (values.length === 0) return [];
  return names.map(([name, title, unit, explanation], i) => ({
    name,
    title,
    unit,
    explanation,
    values: values.subarray(i * heads, (i + 1) * heads),
  }));
}
