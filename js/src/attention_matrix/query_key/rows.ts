import { isWhole, tokenInView } from "../arrangement.ts";
import { valueAt } from "../maps.ts";
import type { Attention } from "../state.ts";
import { type QueryKey, type Scores, scoresOf } from "./state.ts";

/** One query, what its products with every key are, and the tokens in the order of their rows. */
export interface QueryRows {
  queryKey: QueryKey;
  /** The token whose query it is. */
  query: number;
  scores: Scores;
  /** The weights of the model if they are known, or else the softmax of the scores. */
  weights: Float32Array;
  hasExactWeights: boolean;
  order: number[];
}

/** Reads the rows of the chosen head; null until its queries and keys are available. */
export function rowReader(): (state: Attention, byWeight: boolean) => QueryRows | null {
  let last: Pick<QueryRows, "queryKey" | "query" | "scores"> | null = null;
  return (state, byWeight) => {
    const { queryKey } = state;
    if (queryKey === null || queryKey.layer !== state.layer || queryKey.head !== state.head)
      return null;
    const query = tokenInView(state) ?? 0;
    if (last?.queryKey !== queryKey || last.query !== query)
      last = { queryKey, query, scores: scoresOf(queryKey, query) };
    const exact = exactRow(state, query);
    const weights = exact ?? last.scores.weights;
    const order = [...state.tokens.keys()];
    if (byWeight) order.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0));
    return { ...last, weights, hasExactWeights: exact !== null, order };
  };
}

/** The weights of the model, if the current matrix has a row for every token. */
function exactRow({ map, rows, measure }: Attention, query: number): Float32Array | null {
  if (map === null || measure !== "weights" || !isWhole(rows)) return null;
  return Float32Array.from({ length: map.count }, (_, column) => valueAt(map, query, column));
}

/** The token that a key moves the query to; null if the key does not move it. */
export function tokenBeside({ order, query }: QueryRows, key: string): number | null {
  const row = order.indexOf(query);
  const steps: Record<string, number> = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    Home: 0,
    End: order.length - 1,
  };
  const next = steps[key];
  if (next === undefined) return null;
  return order[Math.min(order.length - 1, Math.max(0, next))] ?? 0;
}
