import { h, setAttribute } from "../shared/dom.ts";
import { VIEWS, type View } from "./state.ts";

const NAMES: Record<View, string> = {
  mosaic: "All heads",
  matrix: "Matrix",
  lines: "Lines",
  neurons: "Neurons",
};

/** Chooses one of the four views; the arrow keys, Home and End move along. */
export function makeSwitcher(choose: (view: View) => void): {
  element: HTMLElement;
  draw: (view: View) => void;
} {
  const options = VIEWS.map((view) => {
    const option = h("button", { type: "button", role: "radio", class: "bw-segment" }, NAMES[view]);
    option.addEventListener("click", () => choose(view));
    return option;
  });
  const element = h(
    "div",
    { class: "bw-segments", role: "radiogroup", "aria-label": "View" },
    ...options,
  );
  element.addEventListener("keydown", (event) => {
    const from = options.findIndex((option) => option.tabIndex === 0);
    const places: Record<string, number> = {
      ArrowLeft: from - 1,
      ArrowUp: from - 1,
      ArrowRight: from + 1,
      ArrowDown: from + 1,
      Home: 0,
      End: options.length - 1,
    };
    const to = places[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const at = (to + options.length) % options.length;
    options[at]?.focus();
    choose(VIEWS[at] ?? "mosaic");
  });
  const draw = (view: View): void => {
    options.forEach((option, i) => {
      const chosen = VIEWS[i] === view;
      setAttribute(option, "aria-checked", chosen ? "true" : "false");
      setAttribute(option, "tabindex", chosen ? 0 : -1);
    });
  };
  return { element, draw };
}
