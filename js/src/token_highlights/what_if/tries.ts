import { button, h, setAttribute } from "../../shared/dom.ts";
import { follow } from "../../shared/reactive.ts";
import type { Store } from "../store.ts";
import type { Action } from "./questions.ts";

interface TryActions {
  ask: (words: readonly number[], action: Exclude<Action, "replace">) => void;
  replace: (words: readonly number[], beside: HTMLElement) => void;
}

/** Buttons beside the score of the selected words: what if they are masked, deleted or replaced? */
export function makeTries(closing: AbortSignal, store: Store, actions: TryActions): HTMLElement {
  const trial = (label: string, title: string, press: (words: readonly number[]) => void) => {
    const element = button(label, () => press(store.chosen.value));
    element.title = title;
    return element;
  };
  const replace: HTMLButtonElement = trial(
    "Replace…",
    "What does the model predict with other words here?",
    (words) => actions.replace(words, replace),
  );
  const element = h(
    "div",
    { class: "bw-tries", role: "group", "aria-label": "Try the text without it" },
    trial("Mask", "What does the model predict with the mask token here?", (words) =>
      actions.ask(words, "mask"),
    ),
    trial("Delete", "What does the model predict without it?", (words) =>
      actions.ask(words, "delete"),
    ),
    replace,
  );
  follow(closing, () => {
    const chosen = store.chosen.value;
    const known = chosen.length > 0 && chosen.every((word) => store.scored.value.words[word]);
    element.hidden = !store.live.value || store.drafts.value !== null || !known;
    // While the pointer is on another word its score is shown; the buttons keep their place.
    const hovered = store.hovered.value;
    setAttribute(element, "aria-hidden", hovered !== null && !chosen.includes(hovered) && "true");
  });
  return element;
}
