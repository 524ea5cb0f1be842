import { decimal, digitsFor, signed } from "../../shared/format.ts";
import { quoted } from "../plot/readings.ts";
import type { Spot } from "./paint.ts";
import type { QueryRows } from "./rows.ts";

/** Describes the row or the product under the pointer, or the whole view if there is none. */
export function describe(rows: QueryRows, tokens: readonly string[], spot: Spot | null): string {
  const { query: token, order } = rows;
  if (spot === null)
    return `The query of ${quoted(tokens[token])} compared with the key of every token. Click a row to choose another token.`;
  const other = spot.row === null ? token : (order[spot.row] ?? 0);
  const name = `${quoted(tokens[token])} → ${quoted(tokens[other])}`;
  if (spot.dimension === null || spot.row === null) return name;
  return `${name}, dimension ${spot.dimension}: ${product(rows, other, spot.dimension)}`;
}

function product({ queryKey, query: token }: QueryRows, other: number, dimension: number): string {
  const { query, key, size, queryScale, keyScale } = queryKey;
  const q = ((query[token * size + dimension] ?? 0) / 127) * queryScale;
  const k = ((key[other * size + dimension] ?? 0) / 127) * keyScale;
  const digits = Math.max(2, digitsFor(Math.max(queryScale, keyScale)));
  return `${decimal(q, digits)} × ${decimal(k, digits)} = ${signed(q * k, digits)}`;
}

/** How the weights shown are related to the sums. */
export function sourceOfWeights({ queryKey, hasExactWeights }: QueryRows): string {
  const source = `the softmax of the sums over √${queryKey.size}`;
  if (queryKey.complete) return `The weight is ${source}.`;
  const added = "this model also adds a term for positions, or ignores distant tokens";
  return hasExactWeights
    ? `The weight is the model's own. It is not ${source}, because ${added}.`
    : `The weight shown is ${source}; ${added}, so the model's own weights differ.`;
}
