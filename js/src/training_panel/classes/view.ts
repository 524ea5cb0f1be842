import { h } from "../../shared/dom.ts";
import type { Frame } from "../../shared/frame.ts";
import { differs } from "../../shared/model/read.ts";
import { makeTerm } from "../../shared/terms.ts";
import type { Training } from "../state.ts";
import { confusionTable, SPARSE } from "./matrix.ts";
import { listed, pairsTable } from "./pairs.ts";
import { makeScores } from "./scores.ts";
import type { Classes } from "./state.ts";

/** With more classes than this there is a search field. */
const FEW = 12;

/** The latest evaluation: confusion matrix, confused classes, and scores of each class. */
export function makeClasses(frame: Frame): {
  element: HTMLElement;
  draw: (state: Training) => void;
} {
  const search = h("input", { type: "text", "aria-label": "Search classes" });
  search.placeholder = "Search classes";
  const parts = h("div", { class: "bw-classes-parts" });
  const element = h("div", { class: "bw-classes" }, search, parts);
  const changed = differs();
  let current: Classes | null = null;
  const fill = (): void => {
    if (current === null) return;
    const column = parts.querySelector(".bw-sort:focus")?.getAttribute("data-column");
    const scrolled = [...parts.querySelectorAll(".bw-scroll")].map((one) => one.scrollTop);
    const found = seek(search.value);
    parts.replaceChildren(
      ...confusionParts(current, frame, found),
      h(
        "section",
        {},
        h("h3", {}, makeTerm("f1-score", "Scores of each class")),
        scrolling("Scores of each class", scores.table(current, found)),
      ),
    );
    parts.querySelectorAll(".bw-scroll").forEach((one, i) => {
      one.scrollTop = scrolled[i] ?? 0;
    });
    if (column) parts.querySelector<HTMLElement>(`.bw-sort[data-column="${column}"]`)?.focus();
  };
  const scores = makeScores(fill);
  search.addEventListener("input", fill);
  const draw = ({ classes }: Training): void => {
    if (!changed(classes, frame.palette)) return;
    current = classes;
    search.hidden = classes.labels.length <= FEW;
    parts.classList.toggle("bw-sparse", classes.labels.length <= SPARSE);
    fill();
  };
  return { element, draw };
}

/** Whether a label contains what is sought, in any case. */
function seek(words: string): (label: string) => boolean {
  const sought = words.trim().toLowerCase();
  return (label) => label.toLowerCase().includes(sought);
}

function confusionParts(
  classes: Classes,
  frame: Frame,
  isSought: (label: string) => boolean,
): HTMLElement[] {
  const parts: HTMLElement[] = [];
  if (classes.confusion !== null)
    parts.push(
      h(
        "section",
        {},
        h("h3", {}, "Confusion matrix"),
        note("Rows are true classes, columns are predicted ones; shades show shares of the row."),
        scrolling("Confusion matrix", confusionTable(classes, frame.palette)),
      ),
    );
  if (!classes.oneLabel)
    parts.push(note("With several labels per text, no label is taken for another one."));
  else if (classes.labels.length > SPARSE)
    parts.push(
      h(
        "section",
        {},
        h("h3", {}, "Most confused"),
        note(listed(classes)),
        scrolling("Most confused classes", pairsTable(classes, isSought)),
      ),
    );
  return parts;
}

function note(sentence: string): HTMLElement {
  return h("p", { class: "bw-note" }, sentence);
}

/** A part that scrolls must be in reach of the Tab key, with a name. */
function scrolling(name: string, content: HTMLElement): HTMLElement {
  return h("div", { class: "bw-scroll", tabindex: 0, role: "region", "aria-label": name }, content);
}
