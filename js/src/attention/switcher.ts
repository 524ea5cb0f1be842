import { h, setAttribute } from "../shared/dom.ts";
import { VIEWS, type View } from "./state.ts";

const NAMES: Record<View, string> = {
  mosaic: "All heads",
  matrix: "Matrix",
  lines: "Lines",
  neurons: "Neurons",
  similar: "Similar tokens",
};

/** Chooses one of the views that there are; the arrow keys, Home and End move along. */
export function makeSwitcher(choose: (view: View) => void): {
  element: HTMLElement;
  draw: (view: View, offered: readonly View[]) => void;
} {
  let offered: readonly View[] = VIEWS;
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
    const shown = options.filter((option) => !option.hidden);
    const from = shown.findIndex((option) => option.tabIndex === 0);
    const places: Record<string, number> = {
      ArrowLeft: from - 1,
      ArrowUp: from - 1,
      ArrowRight: from + 1,
      ArrowDown: from + 1,
      Home: 0,
      End: shown.length - 1,
    };
    const to = places[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const at = (to + shown.length) % shown.length;
    shown[at]?.focus();
    choose(offered[at] ?? "mosaic");
  });
  const draw = (view: View, present: readonly View[]): void => {
    offered = present;
    options.forEach((option, i) => {
      const own = VIEWS[i] ?? "mosaic";
      const chosen = own === view;
      option.hidden = !present.includes(own);
      setAttribute(option, "aria-checked", chosen ? "true" : "false");
      setAttribute(option, "tabindex", chosen ? 0 : -1);
    });
  };
  return { element, draw };
}
