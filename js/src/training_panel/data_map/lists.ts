import { button, h, setText } from "../../shared/dom.ts";
import { count, decimal } from "../../shared/format.ts";
import { differs } from "../../shared/model/read.ts";
import { table } from "../../shared/table.ts";
import { makeTerm } from "../../shared/terms.ts";
import type { Training } from "../state.ts";
import type { DataMap } from "./state.ts";

function selectedTable({ selected }: DataMap): HTMLElement {
  const columns = ["Row", "Text", "Label", "Confidence", "Variability", "Correctness"];
  return table(
    "Selected examples",
    columns,
    selected.map(([row, text, label, confidence, variability, correctness]) => [
      row,
      h("span", { dir: "auto" }, text),
      label,
      decimal(confidence, 2),
      decimal(variability, 2),
      decimal(correctness, 2),
    ]),
    [0, 3, 4, 5],
  );
}

export function suspicion([row, , label, suggested, score]: DataMap["suspects"][number]): string {
  return `row ${row}: labelled ${label}, probably ${suggested} (margin ${decimal(score, 2)})`;
}

function suspectList({ suspects }: DataMap): Node[] {
  const items = suspects.map((suspect) =>
    h("li", {}, h("strong", {}, suspicion(suspect)), h("span", { dir: "auto" }, suspect[1])),
  );
  return [
    h("h3", {}, makeTerm("label-errors", "Likely label errors")),
    h("div", { class: "bw-scroll", tabindex: 0 }, h("ol", { class: "bw-suspects" }, ...items)),
  ];
}

/** The examples in the box, and those whose label may be wrong. */
export function makeMapLists(release: () => void): {
  elements: HTMLElement[];
  draw: (state: Training) => void;
} {
  const clear = button("Clear", release);
  const hint = h("span", { class: "bw-note" }, "Drag a box on the map to list its examples.");
  const chosen = h("h3", {});
  const examples = h("div", { class: "bw-scroll", tabindex: 0 });
  const suspects = h("section", {});
  const head = h("div", { class: "bw-bar-of-tools" }, chosen, hint, clear);
  const changed = differs();
  const draw = ({ map, brush, static: saved }: Training): void => {
    clear.hidden = saved || brush === null;
    hint.hidden = saved || brush !== null;
    const total = `${count(map.selectedCount)} of ${count(map.size)} examples selected`;
    setText(chosen, brush === null && map.selectedCount === 0 ? "Nothing selected" : total);
    if (!changed(map)) return;
    examples.hidden = map.selected.length === 0;
    examples.replaceChildren(selectedTable(map));
    suspects.hidden = map.suspects.length === 0;
    suspects.replaceChildren(...suspectList(map));
  };
  return { elements: [suspects, h("section", { class: "bw-picked" }, head, examples)], draw };
}
