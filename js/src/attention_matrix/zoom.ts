import { button, h } from "../shared/dom.ts";
import type { Scene } from "./stage.ts";

/** From this distance of neighbours on there is nothing more to see. */
const LARGEST = 24;
const LOOK = { class: "bw-zoom-button" };

/** Buttons that zoom in and out, and back to all. */
export function makeZoom(zoom: (by: 1 | 0 | -1) => void): {
  element: HTMLElement;
  draw: (zoomed: boolean, scene: Scene) => void;
} {
  const [out, all, closer] = [
    button("−", () => zoom(-1), { ...LOOK, name: "Zoom out" }),
    button("Fit", () => zoom(0), { ...LOOK, name: "Show all" }),
    button("+", () => zoom(1), { ...LOOK, name: "Zoom in" }),
  ];
  for (const one of [out, all, closer])
    one.title = `${one.getAttribute("aria-label")} (also Ctrl and the wheel)`;
  const element = h(
    "div",
    { class: "bw-zoom", role: "group", "aria-label": "Zoom" },
    out,
    all,
    closer,
  );
  return {
    element,
    draw: (zoomed, { down }) => {
      element.hidden = !zoomed && down >= LARGEST;
      out.disabled = !zoomed;
      all.disabled = !zoomed;
      closer.disabled = down >= LARGEST;
    },
  };
}
