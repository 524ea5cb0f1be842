import type { Palette } from "../shared/color/palette.ts";
import { h } from "../shared/dom.ts";
import type { Message } from "./plot/message.ts";
import type { Pen } from "./plot/pen.ts";
import type { Scene, Stage } from "./plot/stage.ts";
import type { Attention } from "./state.ts";
import type { Trait } from "./traits.ts";

/** What a view can do in the widget. */
export interface Actions {
  /** Selects a token and its word; null clears the selection. */
  look: (token: number | null) => void;
  /** Selects the first token of a row. */
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
  /** The plot as shown on screen, for a file; null if there is none. */
  picture: () => Picture | null;
}

/** What a plot shows on screen; null before it is laid out. */
export function pictureOf(scene: Scene | null, paint: Picture["paint"]): Picture | null {
  return scene && { width: scene.viewWidth, height: scene.viewHeight, paint };
}

/** A plot with its controls above and its readings beside or below it. */
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
