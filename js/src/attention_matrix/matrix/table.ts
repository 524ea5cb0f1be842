import { h } from "../../shared/dom.ts";
import { table } from "../../shared/table.ts";
import { passes } from "../arrangement.ts";
import { type AttentionMap, titleOf, valueAt, written } from "../maps.ts";
import type { Attention } from "../state.ts";

const STRONGEST = 3;
const COLUMNS = ["Token", "Looks most at", "Then at", "Then at"];

/** What each token looks at most: the strongest cells of each row of a map, without those the filter of a pair excludes. */
export function matrixTable({ rows, filter, ...key }: Attention, map: AttentionMap): HTMLElement {
  const { labels } = rows;
  const passing = passes(filter, rows);
  const listed = Math.min(STRONGEST, labels.length);
  const bodyRows = labels.map((label, row) => {
    const weightOf = (column: number): number => valueAt(map, row, column);
    const cells = [...labels.keys()]
      .filter((column) => passing(row, column))
      .sort((a, b) => weightOf(b) - weightOf(a))
      .slice(0, listed)
      .map((column) =>
        h("span", {}, h("bdi", {}, labels[column] ?? ""), ` ${written(map, weightOf(column))}`),
      );
    const none = Array.from({ length: listed - cells.length }, () => "–");
    return [h("bdi", {}, label), ...cells, ...none];
  });
  return table(titleOf(key), COLUMNS.slice(0, 1 + listed), bodyRows);
}
