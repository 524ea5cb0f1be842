import { drawing, h, setText } from "../shared/dom.ts";
import type { Training } from "./state.ts";

const CURVES = "M4 8C22 60 58 74 186 78M4 76C34 40 70 22 186 14";

/** What stands in the place of the curves while there are none: a headline and a line below it. */
export function invitationOf(state: Training): [string, string] | null {
  const measured = (state.train.get("step")?.length ?? 0) + (state.valid.get("step")?.length ?? 0);
  if (measured > 0) return null;
  switch (state.phase) {
    case "ready":
      return ["Ready to train", readyLine(state)];
    case "running":
      return ["Warming up", "Waiting for the first step."];
    default:
      return ["No curves", "Not one step was measured."];
  }
}

function readyLine(state: Training): string {
  return state.static
    ? "This copy was saved before training began."
    : "Press Start: loss, accuracy and learning rate draw themselves here as the model learns.";
}

export function makeInvitation(): {
  element: HTMLElement;
  draw: (words: [string, string]) => void;
} {
  const headline = h("strong");
  const line = h("span");
  const curves = drawing("0 0 190 84", CURVES);
  const element = h("div", { class: "bw-invitation" }, curves, headline, line);
  const draw = ([first, second]: [string, string]): void => {
    setText(headline, first);
    setText(line, second);
  };
  return { element, draw };
}
