import { h, setText } from "../../shared/dom.ts";
import { absenceOf, type MapKey } from "../maps.ts";
import type { Attention } from "../state.ts";
import type { Scene } from "./stage.ts";

export interface Message {
  element: HTMLElement;
  /** Centres the message in the plot, without the axes. */
  centre: (scene: Scene) => void;
  /** Shows which map is missing, if any. */
  draw: (missing: readonly MapKey[], state: Attention) => void;
  say: (text: string) => void;
}

/** A message over a plot that cannot be drawn yet. */
export function makeMessage(): Message {
  const element = h("div", { class: "bw-plot-message", role: "status", hidden: true });
  const say = (text: string): void => {
    element.hidden = text === "";
    setText(element, text);
  };
  return {
    element,
    say,
    centre: ({ left, top, viewWidth, viewHeight }) => {
      element.style.left = `${(left + viewWidth) / 2}px`;
      element.style.top = `${(top + viewHeight) / 2}px`;
    },
    draw: (missing, state) => {
      const [first] = missing;
      say(first === undefined ? "" : absenceOf(first, state));
    },
  };
}
