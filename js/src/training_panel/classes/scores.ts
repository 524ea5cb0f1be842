import { button, h, setAttribute } from "../../shared/dom.ts";
import { count, decimal } from "../../shared/format.ts";
import { table } from "../../shared/table.ts";
import { makeMeter } from "../meter.ts";
import { SPARSE } from "./matrix.ts";
import { type Classes, SCORES } from "./state.ts";

const COLUMNS = ["Class", "Precision", "Recall", "F1", "Support"] as const;
const F1 = COLUMNS.indexOf("F1");
const SUPPORT = COLUMNS.indexOf("Support");

/** A column of the table, and whether its smallest value is first. The first one is the order of the model. */
interface Order {
  column: number;
  rising: boolean;
}

/** The scores of each class, which the heads of the columns sort; many classes start with the worst. */
export function makeScores(changed: () => void): {
  table: (classes: Classes, isSought: (label: string) => boolean) => HTMLElement;
} {
  let chosen: Order | null = null;
  const head = (column: number, order: Order): HTMLTableCellElement => {
    const sorted = order.column === column;
    const press = button(
      COLUMNS[column] ?? "",
      () => {
        chosen = { column, rising: sorted ? !order.rising : true };
        changed();
      },
      { class: "bw-sort" },
    );
    setAttribute(press, "data-column", column);
    const direction = order.rising ? "ascending" : "descending";
    const look = column === SUPPORT ? "bw-figures-cell" : "";
    return h("th", { scope: "col", class: look, "aria-sort": sorted ? direction : null }, press);
  };
  return {
    table: (classes, isSought) => {
      const { labels } = classes;
      const order = chosen ?? { column: labels.length > SPARSE ? F1 : 0, rising: true };
      const rows = sorted(classes, order).filter((i) => isSought(labels[i] ?? ""));
      const all = table(
        "Scores of each class",
        COLUMNS.map((_, column) => head(column, order)),
        rows.map((i) => rowOf(classes, i)),
        [SUPPORT],
      );
      all.classList.add("bw-scores");
      return all;
    },
  };
}

/** The classes in an order; those without a value are last in either direction. */
export function sorted({ labels, scores }: Classes, { column, rising }: Order): number[] {
  const figureOf = (i: number): number =>
    column === 0 ? i : (scores?.[SCORES * i + column - 1] ?? Number.NaN);
  return labels
    .map((_, i) => i)
    .sort((a, b) => {
      const [one, other] = [figureOf(a), figureOf(b)];
      if (Number.isNaN(one) || Number.isNaN(other))
        return Number(Number.isNaN(one)) - Number(Number.isNaN(other)) || a - b;
      return (rising ? one - other : other - one) || a - b;
    });
}

function rowOf({ labels, scores }: Classes, i: number): (string | Node)[] {
  const label = labels[i] ?? "";
  const [precision, recall, f1, support] =
    scores?.subarray(SCORES * i, SCORES * (i + 1)) ?? new Float32Array(0);
  const meters = [precision, recall, f1].map((value) => {
    const meter = makeMeter();
    const known = value !== undefined && Number.isFinite(value);
    meter.draw(known ? value : 0, known ? decimal(value, 2) : "–");
    return meter.element;
  });
  const name = h("th", { scope: "row", title: label }, h("span", { dir: "auto" }, label));
  return [name, ...meters, count(support ?? 0)];
}
