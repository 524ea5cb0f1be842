import { contrast, css } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { sequential } from "../../shared/color/scales.ts";
import { h } from "../../shared/dom.ts";
import { count, decimal, percent } from "../../shared/format.ts";
import type { Frame } from "../../shared/frame.ts";
import { differs } from "../../shared/model/read.ts";
import { makeMeter } from "../meter.ts";
import type { Training } from "../state.ts";
import { table } from "../table.ts";
import type { Classes } from "./state.ts";

/** Up to this number of classes the cells are large and the scores are beside the matrix. */
const SPARSE = 6;
/** With more classes than this, the cells have the smallest readable size. */
const DENSE = 20;
/** The number must be readable on the strongest shade. */
const STRONGEST = 200;

function confusionTable({ labels, confusion }: Classes, palette: Palette): HTMLElement {
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
  const matrix = table("Confusion matrix", ["", ...labels], rows);
  matrix.classList.add("bw-confusion");
  matrix.classList.toggle("bw-dense", size > SPARSE);
  matrix.classList.toggle("bw-packed", size > DENSE);
  matrix.querySelectorAll("thead th").forEach((head, i) => {
    const label = labels[i - 1] ?? "";
    head.replaceChildren(h("span", { dir: "auto" }, label));
    if (label !== "") head.setAttribute("title", label);
  });
  return matrix;
}

function scoresTable({ labels, scores }: Classes): HTMLElement {
  const rows = labels.map((label, i) => {
    const [precision, recall, f1, support] = scores?.subarray(4 * i, 4 * i + 4) ?? [];
    const meters = [precision, recall, f1].map((value) => {
      const meter = makeMeter();
      const known = value !== undefined && Number.isFinite(value);
      meter.draw(known ? value : 0, known ? decimal(value, 2) : "–");
      return meter.element;
    });
    const name = h("th", { scope: "row", title: label }, h("span", { dir: "auto" }, label));
    return [name, ...meters, count(support ?? 0)];
  });
  const all = table(
    "Scores of each class",
    ["", "Precision", "Recall", "F1", "Support"],
    rows,
    [4],
  );
  all.classList.add("bw-scores");
  return all;
}

/** The latest evaluation: confusion matrix and scores of each class. */
export function makeClasses(frame: Frame): {
  element: HTMLElement;
  draw: (state: Training) => void;
} {
  const element = h("div", { class: "bw-classes" });
  const changed = differs();
  const draw = ({ classes }: Training): void => {
    const { palette } = frame;
    if (!changed(classes, palette)) return;
    const matrix = classes.confusion
      ? [
          h("h3", {}, "Confusion matrix"),
          h(
            "p",
            { class: "bw-note" },
            "Rows are true classes, columns are predicted ones; shades show shares of the row.",
          ),
          h("div", { class: "bw-scroll", tabindex: 0 }, confusionTable(classes, palette)),
        ]
      : [
          h(
            "p",
            { class: "bw-note" },
            "The confusion matrix is shown for single-label data with up to 30 classes.",
          ),
        ];
    element.replaceChildren(
      h("section", { class: classes.labels.length <= SPARSE ? "bw-sparse" : "" }, ...matrix),
      h(
        "section",
        {},
        h("h3", {}, "Scores of each class"),
        h("div", { class: "bw-scroll", tabindex: 0 }, scoresTable(classes)),
      ),
    );
  };
  return { element, draw };
}
