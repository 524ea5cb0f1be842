import type { Rgb } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { seriesColor } from "../../shared/color/series_colors.ts";
import { passes } from "../arrangement.ts";
import { type AttentionMap, lineKeys, nameOf } from "../maps.ts";
import { eachCell, type Place } from "../plot/layout.ts";
import type { Attention } from "../state.ts";

export const MOST_HEADS = 6;
const MOST_LINES = 2500;

/** A map drawn as lines of one colour; the map is null until it is available. */
export interface Strand {
  head: number;
  color: Rgb;
  map: AttentionMap | null;
}

export function strandsOf(state: Attention, palette: Palette): Strand[] {
  return lineKeys(state, state.lineHeads).map((key, i) => ({
    head: key.head,
    color: seriesColor(palette, i),
    map: state.maps.get(nameOf(key)) ?? null,
  }));
}

export interface Line {
  row: number;
  column: number;
  /** The weight as a share of the largest value of the map. */
  share: number;
}

export interface Lines {
  lines: Line[];
  /** The number of lines before the limit. */
  total: number;
}

/** The lines of one map, weakest first: those of the isolated token, or else the strongest of all. */
export function linesOf(state: Attention, map: AttentionMap, isolated: Place): Lines {
  const { bytes, count, scale } = map;
  const passing = passes(state.filter, state.rows);
  const least = scale > 0 ? Math.max(1, 255 * state.threshold) : 256;
  const byByte: number[][] = Array.from({ length: 256 }, () => []);
  let total = 0;
  eachCell(count, isolated, (row, column) => {
    const i = row * count + column;
    const byte = bytes[i] ?? 0;
    if (byte < least || !passing(row, column)) return;
    byByte[byte]?.push(i);
    total++;
  });
  const strongest: number[] = [];
  for (let byte = 255; byte >= 0 && strongest.length < MOST_LINES; byte--) {
    for (const i of byByte[byte] ?? []) if (strongest.length < MOST_LINES) strongest.push(i);
  }
  const lines = strongest.reverse().map((i) => ({
    row: Math.floor(i / count),
    column: i % count,
    share: (bytes[i] ?? 0) / 255,
  }));
  return { lines, total };
}
