import { h } from "../shared/dom.ts";
import type { Palette } from "../shared/palette.ts";
import type { Message } from "./message.ts";
import type { Pen } from "./pen.ts";
import type { Stage } from "./stage.ts";
import type { Attention } from "./state.ts";
import type { Trait } from "./traits.ts";

/** What a view asks of the widget. */
export interface Actions {
  /** Selects a token and its word; null lets go. */
  look: (token: number | null) => void;
  /** Selects the first token of a row of the present arrangement. */
  choose: (row: number | null) => void;
  set: (trait: Trait, value: unknown) => void;
}

export interface Picture {
  width: number;
  height: number;
  paint: (pen: Pen, palette: Palette) => void;
}

export interface View {
  element: HTMLElement;
  draw: (state: Attention) => void;
  /** The plot as it stands on screen, for a file; null while there is none. */
  picture: () => Picture | null;
}

/** A plot with its own controls above and its readings beside or below. */
export function makeView(
  stage: Stage,
  message: Message,
  controls: readonly HTMLElement[],
  aside: HTMLElement,
): { element: HTMLElement } {
  const plot = h(
    "div",
    { class: "bw-plot" },
    ...(controls.length > 0 ? [h("div", { class: "bw-plot-controls" }, ...controls)] : []),
    h("div", { class: "bw-plot-place" }, stage.element, message.element),
  );
  return { element: h("div", { class: "bw-main" }, plot, aside) };
}
