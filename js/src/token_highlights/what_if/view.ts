import { button, h, setAttribute, setText } from "../../shared/dom.ts";
import { percent, signed } from "../../shared/format.ts";
import type { Highlights } from "../state.ts";
import { type Answer, type Edit, sameEdit } from "./questions.ts";
import { quoted } from "./word_menu.ts";

const MOST_CLASSES = 6;

interface WhatIfActions {
  apply: (texts: readonly [string, string]) => void;
  close: () => void;
}

/** The text from the first of these words to the last. */
export function wordsText({ words, texts }: Highlights, chosen: readonly number[]): string {
  const [first, last] = [words[chosen[0] ?? -1], words[chosen.at(-1) ?? -1]];
  if (first === undefined || last === undefined) return "";
  return Array.from(texts[first.segment === 1 ? 1 : 0])
    .slice(first.start, last.end)
    .join("");
}

function questionText(state: Highlights, edit: Edit): string {
  const phrase = quoted(wordsText(state, edit.words));
  if (edit.action === "replace") return `What if ${phrase} is replaced with ${quoted(edit.with)}?`;
  return `What if ${phrase} is ${edit.action === "mask" ? "masked" : "deleted"}?`;
}

/** A what-if question and its answer: the change in the probability of every class. */
export function makeWhatIf(actions: WhatIfActions): {
  element: HTMLElement;
  draw: (state: Highlights) => void;
} {
  const title = h("h3", { dir: "auto" });
  const changes = h("div", { class: "bw-changes" });
  const note = h("p", { class: "bw-note" });
  let answer: Answer | null = null;
  const apply = button(
    "Apply",
    () => {
      if (answer !== null) actions.apply(answer.texts);
    },
    { class: "bw-primary" },
  );
  const close = button("Close", actions.close);
  const element = h(
    "div",
    { class: "bw-what-if", role: "region", "aria-label": "What if", hidden: true },
    h("div", { class: "bw-what-if-head" }, title, apply, close),
    h("div", { role: "status" }, note, changes),
  );
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") actions.close();
  });

  const draw = (state: Highlights): void => {
    const { edit } = state;
    const known = edit?.words.every((word) => state.words[word] !== undefined) === true;
    element.hidden = !known || !state.belongs || state.static;
    if (edit === null || element.hidden) return;
    setText(title, questionText(state, edit));
    answer = state.answer !== null && sameEdit(state.answer.edit, edit) ? state.answer : null;
    apply.disabled = answer === null || answer.texts[0].trim() === "";
    setAttribute(element, "aria-busy", answer === null ? "true" : null);
    drawAnswer(state);
  };
  const drawAnswer = (state: Highlights): void => {
    const rows = answer === null ? [] : changesOf(state, answer);
    const rest = rows.length - MOST_CLASSES;
    changes.replaceChildren(...rows.slice(0, MOST_CLASSES).map(drawChange));
    const others = rest > 0 ? `The other ${rest} classes change less.` : "";
    setText(note, answer === null ? "Computing the prediction…" : others);
    note.hidden = note.textContent === "";
  };
  return { element, draw };
}

interface Change {
  label: string;
  before: number;
  after: number;
}

/** In the order of the classes if all are shown, otherwise the largest changes first. */
function changesOf(
  { labels, probabilities }: Highlights,
  { probabilities: now }: Answer,
): Change[] {
  const rows = labels.map((label, i) => ({
    label,
    before: probabilities?.[i] ?? 0,
    after: now[i] ?? 0,
  }));
  if (rows.length <= MOST_CLASSES) return rows;
  const size = ({ before, after }: Change): number => Math.abs(after - before);
  return rows.sort((a, b) => size(b) - size(a));
}

function drawChange({ label, before, after }: Change): HTMLElement {
  const place = (share: number): string => `${100 * Math.min(1, Math.max(0, share))}%`;
  const track = h("span", { class: "bw-change-track", "aria-hidden": "true" });
  const [fill, mark] = [
    h("span", { class: "bw-change-fill" }),
    h("span", { class: "bw-change-mark" }),
  ];
  fill.style.width = place(after);
  mark.style.insetInlineStart = place(before);
  track.append(fill, mark);
  const points = 100 * (after - before);
  const text = `${percent(before)} → ${percent(after)}`;
  return h(
    "div",
    { class: "bw-change" },
    h("bdi", { class: "bw-change-label", title: label }, label),
    track,
    h("span", { class: "bw-number bw-change-shares" }, text),
    h("span", { class: "bw-number bw-change-points" }, `${signed(points, 1)} points`),
  );
}
