import { contrast, css } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { sequential } from "../../shared/color/scales.ts";
import { h } from "../../shared/dom.ts";
import { count, percent } from "../../shared/format.ts";
import { table } from "../../shared/table.ts";
import type { Classes } from "./state.ts";

/** Up to this number of classes the cells are large and the scores are beside the matrix. */
export const SPARSE = 6;
/** With more classes than this, the cells have the smallest readable size. */
const DENSE = 20;
/** The number must be readable on the strongest shade. */
const STRONGEST = 200;

export function confusionTable({ labels, confusion }: Classes, palette: Palette): HTMLElement {
  const size = labels.length;
  const shades = sequential(palette);
  const cellOf = (row: number, column: number, total: number): HTMLElement => {
    const predicted = confusion?.[row * size + column] ?? 0;
    const share = total > 0 ? predicted / total : 0;
    const shade = shades[Math.round(share * STRONGEST)] ?? palette.background;
    const [dark, light] = [palette.foreground, palette.background];
    const cell = h(
      "td",
      {
        title: `${labels[row]} predicted as ${labels[column]}: ${count(predicted)}, ${percent(share)}`,
      },
      predicted === 0 ? "·" : count(predicted),
    );
    cell.style.backgroundColor = css(shade);
    cell.style.color = css(contrast(dark, shade) >= contrast(light, shade) ? dark : light);
    if (row === column) cell.classList.add("bw-right");
    return cell;
  };
  const rows = labels.map((label, row) => {
    const counts = confusion?.subarray(row * size, (row + 1) * size) ?? new Int32Array(0);
    const total = counts.reduce((sum, n) => sum + n, 0);
    const name = h("th", { scope: "row", title: label }, h("span", { dir: "auto" }, label));
    return [name, ...labels.map((_, column) => cellOf(row, column, total))];
  });
  const corner = "true class";
  const matrix = table("Confusion matrix", [corner, ...labels], rows);
  matrix.classList.add("bw-confusion");
  matrix.classList.toggle("bw-dense", size > SPARSE);
  matrix.classList.toggle("bw-packed", size > DENSE);
  matrix.querySelectorAll("thead th").forEach((head, i) => {
    const label = labels[i - 1];
    const hidden = label === undefined ? { class: "bw-unseen" } : { dir: "auto" };
    head.replaceChildren(h("span", hidden, label ?? corner));
    if (label !== undefined) head.setAttribute("title", label);
  });
  return matrix;
}
