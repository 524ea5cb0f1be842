import { css } from "../../shared/color/color.ts";
import { h, setAttribute } from "../../shared/dom.ts";
import { hasHeads } from "../maps.ts";
import type { Attention } from "../state.ts";
import { MOST_HEADS, type Strand } from "./links.ts";

/** One button per head of the layer; heads that are drawn have the colour of their lines. */
export function makeHeadChips(choose: (heads: number[]) => void): {
  element: HTMLElement;
  draw: (state: Attention, strands: readonly Strand[]) => void;
} {
  const row = h("div", { class: "bw-head-chips", role: "group", "aria-label": "Heads drawn" });
  const element = h(
    "div",
    { class: "bw-chips-row" },
    h("span", { class: "bw-note" }, "Heads"),
    row,
  );
  let chips: HTMLButtonElement[] = [];
  let drawn: readonly number[] = [];

  const press = (head: number): void => {
    const others = drawn.filter((drawnHead) => drawnHead !== head);
    if (others.length === drawn.length) choose([...drawn, head].slice(-MOST_HEADS));
    else if (others.length > 0) choose(others);
  };
  const make = (head: number): HTMLButtonElement => {
    const chip = h("button", { type: "button", class: "bw-head-chip" }, String(head));
    chip.addEventListener("click", () => press(head));
    return chip;
  };
  return {
    element,
    draw: (state, strands) => {
      element.hidden = !hasHeads(state.measure) || state.layer === -1;
      drawn = state.lineHeads;
      if (chips.length !== state.heads) {
        chips = Array.from({ length: state.heads }, (_, head) => make(head));
        row.replaceChildren(...chips);
      }
      chips.forEach((chip, head) => {
        const strand = strands.find((candidate) => candidate.head === head);
        setAttribute(chip, "aria-pressed", strand ? "true" : "false");
        setAttribute(chip, "aria-label", `Head ${head}`);
        chip.title = strand?.map === null ? `Head ${head} is not available` : `Head ${head}`;
        chip.style.setProperty("--bw-strand", strand ? css(strand.color) : "transparent");
      });
    },
  };
}
