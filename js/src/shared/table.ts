import { h } from "./dom.ts";

/** A table with a heading for each column; those that hold figures are aligned at their end. */
export function table(
  name: string,
  columns: readonly (string | HTMLTableCellElement)[],
  rows: readonly (readonly (string | Node)[])[],
  figures: readonly number[] = [],
): HTMLTableElement {
  const look = (column: number): string => (figures.includes(column) ? "bw-figures-cell" : "");
  const heads = columns.map((column, i) =>
    typeof column === "string" ? h("th", { scope: "col", class: look(i) }, column) : column,
  );
  const cell = (content: string | Node, i: number): Node =>
    content instanceof HTMLTableCellElement ? content : h("td", { class: look(i) }, content);
  return h(
    "table",
    { class: "bw-table", "aria-label": name },
    h("thead", {}, h("tr", {}, ...heads)),
    h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map(cell)))),
  );
}
