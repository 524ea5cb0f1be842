import { decimal, digitsFor } from "../shared/format.ts";
import type { Model } from "../shared/model/model.ts";
import * as read from "../shared/model/read.ts";
import { check } from "../shared/model/read.ts";
import type { Trait } from "./traits.ts";

export const MEASURES = ["weights", "norms", "rollout", "gradient"] as const;
export type Measure = (typeof MEASURES)[number];

/** The traits that hold matrices. There are several so that a new matrix does not send the others again. */
const SLOTS = ([0, 1, 2, 3, 4, 5, 6, 7] as const).map((slot) => `_slot_${slot}` as const);

/** Identifies a map. As `layer`, -1 stands for all layers; as `head`, for the mean of the heads of the layer. */
export interface MapKey {
  measure: Measure;
  layer: number;
  head: number;
  target: string;
}

/** Byte i * count + j is the weight from row i to column j. */
export interface AttentionMap {
  key: MapKey;
  bytes: Uint8Array;
  count: number;
  /** The value of byte 255. */
  scale: number;
  /** The largest share of a row that went to hidden tokens. */
  largestLeftOut: number;
}

/** Rollout and gradient flow combine all heads. */
export const hasHeads = (measure: Measure): boolean => measure === "weights" || measure === "norms";

/** The name of a map in this page: the parts of its key that it depends on. */
export function nameOf({ measure, layer, head, target }: MapKey): string {
  const keyHead = hasHeads(measure) && layer !== -1 ? head : -1;
  return JSON.stringify([measure, layer, keyHead, measure === "gradient" ? target : ""]);
}

/** The maps drawn as lines: one for each head, or a single one for a measure without heads. */
export function lineKeys(key: MapKey, heads: readonly number[]): MapKey[] {
  if (!hasHeads(key.measure) || key.layer === -1) return [{ ...key, head: -1 }];
  return heads.map((head) => ({ ...key, head }));
}

export function valueAt(map: AttentionMap, row: number, column: number): number {
  return ((map.bytes[row * map.count + column] ?? 0) / 255) * map.scale;
}

/** The bytes of a map at half its size, each the largest of four, so that no large weight is lost. */
export function halved({ bytes, count }: AttentionMap): Uint8Array {
  const side = Math.ceil(count / 2);
  const smaller = new Uint8Array(side * side);
  for (let i = 0; i < bytes.length; i++) {
    const index = (Math.floor(i / count) >> 1) * side + ((i % count) >> 1);
    smaller[index] = Math.max(smaller[index] ?? 0, bytes[i] ?? 0);
  }
  return smaller;
}

/** A value of a map with the number of digits that suits its scale. */
export function written(map: AttentionMap, value: number): string {
  return decimal(value, Math.max(2, digitsFor(map.scale)));
}

const QUANTITIES: Record<Measure, string> = {
  weights: "Weight",
  norms: "Norm",
  rollout: "Rollout",
  gradient: "Relevance",
};

export const quantityOf = (measure: Measure): string => QUANTITIES[measure];

/** A title for a map, with a capital first letter. */
export function titleOf({ measure, layer, head, target }: MapKey): string {
  const upTo = layer === -1 ? "" : ` up to layer ${layer}`;
  if (measure === "rollout") return `Rollout${upTo}`;
  if (measure === "gradient") return `Attention × gradient for ${target}${upTo}`;
  if (layer === -1) return "Mean of all heads";
  if (head >= 0) return `Layer ${layer}, head ${head}`;
  return measure === "norms"
    ? `Layer ${layer}, the whole attention block`
    : `Layer ${layer}, mean of its heads`;
}

/** Why a map is not shown. */
export function absenceOf(
  key: MapKey,
  state: { static: boolean; tokens: readonly string[] },
): string {
  const title = titleOf(key);
  if (state.static) return `${title} was not saved with this page.`;
  if (state.tokens.length === 0) return "Reading the text…";
  return `Loading ${title[0]?.toLowerCase()}${title.slice(1)}…`;
}

interface Saved {
  static: boolean;
  layers: number;
  heads: number;
  maps: ReadonlyMap<string, AttentionMap>;
}

/** The heads whose weights are in the page: layer * heads + head. */
export function headsInPage({ maps, heads }: Saved): Set<number> {
  const saved = new Set<number>();
  for (const { key } of maps.values()) {
    if (key.measure === "weights" && key.layer !== -1 && key.head !== -1)
      saved.add(key.layer * heads + key.head);
  }
  return saved;
}

/** The heads whose weights a saved copy contains; null if it contains all, or the page is live. */
export function partlySaved(state: Saved): Set<number> | null {
  const saved = headsInPage(state);
  return state.static && saved.size < state.layers * state.heads ? saved : null;
}

/** Reads the maps of all slots; a slot that did not change keeps its map objects. */
export function mapReader(): (
  model: Model<Trait>,
  count: number,
) => ReadonlyMap<string, AttentionMap> {
  const slots = SLOTS.map((name) => ({
    name,
    changed: read.differs(),
    maps: [] as AttentionMap[],
  }));
  return (model, count) => {
    const listed = read.list(model, "_slots");
    const maps = new Map<string, AttentionMap>();
    slots.forEach((slot, i) => {
      const entries = listed[i] ?? [];
      if (slot.changed(model.get(slot.name), JSON.stringify(entries), count))
        slot.maps = readSlot(model, slot.name, entries, count);
      for (const map of slot.maps) maps.set(nameOf(map.key), map);
    });
    return maps;
  };
}

function readSlot(
  model: Model<Trait>,
  name: Trait,
  entries: unknown,
  count: number,
): AttentionMap[] {
  check(Array.isArray(entries), "“_slots” has an item that is not a list.");
  const size = count * count;
  const bytes = read.uint8(model, name, entries.length * size);
  return entries.map((entry, i) => {
    const { scale, left_out: largestLeftOut } = (entry ?? {}) as Record<string, unknown>;
    const key = readKey(entry);
    check(
      key !== null && isShare(scale) && isShare(largestLeftOut) && bytes !== null,
      "An attention map has no key, scale or bytes.",
    );
    return { key, bytes: bytes.subarray(i * size, (i + 1) * size), count, scale, largestLeftOut };
  });
}

function readKey(entry: unknown): MapKey | null {
  const { measure, layer, head, target } = (entry ?? {}) as Record<string, unknown>;
  const known = MEASURES.find((name) => name === measure);
  if (known === undefined || typeof target !== "string") return null;
  return isNumberOrAll(layer) && isNumberOrAll(head)
    ? { measure: known, layer, head, target }
    : null;
}

function isNumberOrAll(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= -1;
}

function isShare(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
