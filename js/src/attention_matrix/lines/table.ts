import { h } from "../../shared/dom.ts";
import { count } from "../../shared/format.ts";
import { table } from "../../shared/table.ts";
import { rowInView } from "../arrangement.ts";
import { type AttentionMap, lineKeys, nameOf, quantityOf, titleOf, written } from "../maps.ts";
import { quoted } from "../plot/readings.ts";
import type { Attention } from "../state.ts";
import { linesOf } from "./links.ts";

const MOST_ROWS = 100;

/** The maps whose lines are drawn, without those that are not available yet. */
export function mapsInView(state: Attention): AttentionMap[] {
  return lineKeys(state, state.lineHeads).flatMap((key) => state.maps.get(nameOf(key)) ?? []);
}

/** The strongest lines of the maps: all of them, or those that start at the selected token. */
export function linesTable(state: Attention, maps: readonly AttentionMap[]): HTMLElement {
  const { labels } = state.rows;
  const from = rowInView(state);
  const found = maps.map((map) => ({ map, ...linesOf(state, map, { row: from, column: null }) }));
  const total = found.reduce((sum, lines) => sum + lines.total, 0);
  const listed = found
    .flatMap(({ map, lines }) =>
      lines
        .reverse()
        .map(({ row, column, share }) => ({ map, row, column, weight: share * map.scale })),
    )
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MOST_ROWS);
  const rows = listed.map(({ map, row, column, weight }) => [
    h("bdi", {}, labels[row] ?? ""),
    h("bdi", {}, labels[column] ?? ""),
    written(map, weight),
    titleOf(map.key),
  ]);
  const whole = `${count(total)} ${total === 1 ? "line" : "lines"}`;
  const part = listed.length < total ? `The ${count(listed.length)} strongest of ` : "";
  const start = from === null ? "" : ` from ${quoted(labels[from])}`;
  return h(
    "div",
    {},
    h("p", { class: "bw-note", dir: "auto" }, `${part}${whole}${start}`),
    table("Attention lines", ["From", "To", quantityOf(state.measure), "Where"], rows, [2]),
  );
}
