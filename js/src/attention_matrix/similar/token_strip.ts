import { h, setAttribute } from "../../shared/dom.ts";
import { chooseByArrows } from "../../shared/roving.ts";
import { tokenInView } from "../arrangement.ts";
import type { Attention } from "../state.ts";

/** The tokens of the text, one of which can be chosen, also by the arrow keys, Home and End. */
export function makeTokenStrip(choose: (token: number) => void): {
  element: HTMLElement;
  draw: (state: Attention) => void;
} {
  const element = h("div", { class: "bw-tokens", role: "radiogroup", "aria-label": "Token" });
  let chips: HTMLButtonElement[] = [];
  let drawn: readonly string[] = [];

  const make = (token: number): HTMLButtonElement => {
    const chip = h("button", { type: "button", role: "radio", class: "bw-token" });
    chip.addEventListener("click", () => choose(token));
    return chip;
  };
  chooseByArrows(
    element,
    () => chips.filter((chip) => !chip.disabled),
    (chip) => choose(chips.indexOf(chip)),
  );
  return {
    element,
    draw: (state) => {
      const { tokens, rows, masked, words } = state;
      if (drawn.length !== tokens.length) {
        chips = tokens.map((_, token) => make(token));
        element.replaceChildren(...chips);
      }
      drawn = tokens;
      const chosen = tokenInView(state);
      const word = (token: number): number => rows.wordOfToken[token] ?? -1;
      const first = tokens.findIndex((_, token) => word(token) !== -1);
      const reached = chosen === null || word(chosen) === -1 ? first : chosen;
      chips.forEach((chip, token) => {
        const label = tokens[token] ?? "";
        if (chip.textContent !== label) chip.replaceChildren(h("bdi", {}, label));
        chip.disabled = word(token) === -1;
        chip.tabIndex = token === reached ? 0 : -1;
        setAttribute(chip, "aria-checked", token === chosen ? "true" : "false");
        chip.classList.toggle("bw-masked", masked.has(token));
        setAttribute(chip, "title", masked.has(token) ? `Masked: ${words[word(token)]}` : null);
      });
    },
  };
}
