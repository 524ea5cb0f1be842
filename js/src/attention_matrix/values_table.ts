import { table } from "../shared/table.ts";
import { type AttentionMap, valueAt, written } from "./maps.ts";

const STRONGEST = 3;
const COLUMNS = ["Token", "Looks most at", "Then at", "Then at"];

/** What each token looks at most: the strongest cells of each row of a map. */
export function strongestTable(
  name: string,
  labels: readonly string[],
  map: AttentionMap,
): HTMLElement {
  const rows = labels.map((label, row) => {
    const weights = labels.map((_, column) => valueAt(map, row, column));
    const order = [...weights.keys()].sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0));
    const cells = order
      .slice(0, STRONGEST)
      .map((column) => `${labels[column]} ${written(map, weights[column] ?? 0)}`);
    return [label, ...cells];
  });
  return table(name, COLUMNS.slice(0, 1 + Math.min(STRONGEST, labels.length)), rows);
}
