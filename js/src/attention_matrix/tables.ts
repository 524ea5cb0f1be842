import { linesTable, mapsInView } from "./lines/table.ts";
import { matrixTable } from "./matrix/table.ts";
import { headsTable } from "./mosaic/table.ts";
import { rowReader } from "./query_key/rows.ts";
import { queryKeyTable } from "./query_key/table.ts";
import type { Attention, View } from "./state.ts";

type Make = () => HTMLElement;

/** Makes what the chosen view shows as a table; null while there is nothing to show, and for views of text. */
export function tableMaker(): (state: Attention) => Make | null {
  const readRows = rowReader();
  const makers: Record<View, (state: Attention) => Make | null> = {
    mosaic: (state) => (state.statistics.length === 0 ? null : () => headsTable(state)),
    matrix: (state) => {
      const { map } = state;
      return map && (() => matrixTable(state, map));
    },
    lines: (state) => {
      const maps = mapsInView(state);
      return maps.length === 0 ? null : () => linesTable(state, maps);
    },
    query_key: (state) => {
      const rows = readRows(state, true);
      return rows && (() => queryKeyTable(rows, state.tokens));
    },
    similar: () => null,
  };
  return (state) => makers[state.view](state);
}
