import { h, setAttribute, setText } from "./dom.ts";
import { place } from "./place.ts";

const DOCS = "https://bert-widgets.github.io/bert-widgets/terms/";

/** Terms of the field in a sentence; the page of the documentation says more under the same anchor. */
export const TERMS = {
  completeness:
    "Completeness: the scores of all words add up to what the text changes compared with a baseline without content.",
  "deletion-curve":
    "Deletion curve: the probability of the class as words are removed, those with the highest scores first; the faster it falls, the truer the scores.",
  comprehensiveness:
    "Comprehensiveness: how far the probability drops without the highest-scored words; higher is better.",
  sufficiency:
    "Sufficiency: how far the probability drops if only the highest-scored words are left; lower is better.",
  "effect-of-a-head":
    "Effect of a head: the logit of the class with the head minus the logit without it, so what the head does to the prediction.",
  "gradient-norm":
    "Gradient norm: the length of the gradient of the loss at a step, before clipping; peaks are unusual batches or a learning rate that is too high.",
  "macro-f1":
    "Macro-F1: the mean of the F1 scores of all classes, in which rare classes count as much as frequent ones.",
  "data-map":
    "Data map: each training example by how confident the model was in its given label over the epochs, and how much that varied.",
  "label-errors":
    "Likely label errors: examples for which the model, over the epochs, is surer of another label than of the given one.",
  "f1-score":
    "F1: the harmonic mean of precision (how many predictions of the class are right) and recall (how many texts of the class are found).",
} as const;
export type Term = keyof typeof TERMS;

/** A word that explains itself in a sentence, by pointer, touch and keyboard, with a link to more. */
export function makeTerm(term: Term, word: string): HTMLElement {
  const sentence = TERMS[term];
  const link = h(
    "a",
    { href: `${DOCS}#${term}`, target: "_blank", rel: "noopener noreferrer" },
    "Read more",
  );
  const text = h("span", { role: "status" });
  const tip = h("span", { class: "bw-tip", popover: "manual", hidden: true }, text, " ", link);
  const opener = h(
    "button",
    { type: "button", class: "bw-term", "aria-expanded": "false", title: sentence },
    word,
  );
  const element = h("span", {}, opener, tip);
  const close = (): void => {
    if (tip.hidden) return;
    tip.hidden = true;
    tip.hidePopover?.();
    setText(text, "");
    setAttribute(opener, "aria-expanded", "false");
    removeEventListener("scroll", close, true);
  };
  const open = (): void => {
    tip.hidden = false;
    tip.showPopover?.();
    setText(text, sentence);
    setAttribute(opener, "aria-expanded", "true");
    place(tip, opener);
    // It has a fixed position in the window, so scrolling would separate it from its word.
    addEventListener("scroll", close, true);
  };
  opener.addEventListener("click", () => (tip.hidden ? open() : close()));
  element.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && element.contains(relatedTarget))) close();
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || tip.hidden) return;
    event.stopPropagation();
    close();
    opener.focus();
  });
  return element;
}
