import { button, h } from "../../shared/dom.ts";
import type { Scene } from "./stage.ts";

/** Zooming in further than this shows nothing new. */
const LARGEST = 24;
const LOOK = { class: "bw-zoom-button" };

export interface Zoom {
  element: HTMLElement;
  draw: (zoomed: boolean, scene: Scene) => void;
}

/** Buttons that zoom in, out and to fit. */
export function makeZoom(zoom: (by: 1 | 0 | -1) => void): Zoom {
  const [out, all, closer] = [
    button("−", () => zoom(-1), { ...LOOK, name: "Zoom out" }),
    button("Fit", () => zoom(0), { ...LOOK, name: "Show all" }),
    button("+", () => zoom(1), { ...LOOK, name: "Zoom in" }),
  ];
  for (const control of [out, all, closer])
    control.title = `${control.getAttribute("aria-label")} (or Ctrl and the mouse wheel)`;
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
