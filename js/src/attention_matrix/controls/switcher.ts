import { h, setAttribute } from "../../shared/dom.ts";
import { chooseByArrows } from "../../shared/roving.ts";
import { VIEWS, type View } from "../state.ts";

const NAMES: Record<View, string> = {
  mosaic: "All heads",
  matrix: "Matrix",
  lines: "Lines",
  query_key: "Query-key",
  similar: "Similar tokens",
};

/** Chooses one of the available views, also by the arrow keys, Home and End. */
export function makeSwitcher(choose: (view: View) => void): {
  element: HTMLElement;
  draw: (view: View, offered: readonly View[]) => void;
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
  chooseByArrows(
    element,
    () => options.filter((option) => !option.hidden),
    (option) => choose(VIEWS[options.indexOf(option)] ?? "mosaic"),
  );
  const draw = (view: View, present: readonly View[]): void => {
    options.forEach((option, i) => {
      const name = VIEWS[i] ?? "mosaic";
      const chosen = name === view;
      option.hidden = !present.includes(name);
      setAttribute(option, "aria-checked", chosen ? "true" : "false");
      setAttribute(option, "tabindex", chosen ? 0 : -1);
    });
  };
  return { element, draw };
}
