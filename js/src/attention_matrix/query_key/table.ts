import { h } from "../../shared/dom.ts";
import { decimal, digitsFor, signed } from "../../shared/format.ts";
import { table } from "../../shared/table.ts";
import { quoted } from "../plot/readings.ts";
import type { QueryRows } from "./rows.ts";

const COLUMNS = ["Key of", "Sum of products", "Weight", "Largest product"];

/** One query with every key: the sum of their products, the weight, and the dimension that adds most. */
export function queryKeyTable(rows: QueryRows, tokens: readonly string[]): HTMLElement {
  const { queryKey, query, order, scores, weights } = rows;
  const digits = Math.max(2, digitsFor(scores.largest));
  const largest = (token: number): string => {
    const products = scores.products.subarray(token * queryKey.size, (token + 1) * queryKey.size);
    const at = products.reduce(
      (best, product, i) => (Math.abs(product) > Math.abs(products[best] ?? 0) ? i : best),
      0,
    );
    const value = ((products[at] ?? 0) / 127) * scores.largest;
    return value === 0 ? "–" : `${signed(value, digits)} in dimension ${at}`;
  };
  return table(
    `Query of ${quoted(tokens[query])} with every key`,
    COLUMNS,
    order.map((token) => [
      h("bdi", {}, tokens[token] ?? ""),
      signed(scores.sums[token] ?? 0, 2),
      decimal(weights[token] ?? 0, 3),
      largest(token),
    ]),
    [1, 2],
  );
}
