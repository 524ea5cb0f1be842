import { css } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { seriesColor } from "../../shared/color/series_colors.ts";
import { h, setAttribute } from "../../shared/dom.ts";

/** Names and colours of the runs; a click selects the run for the header and the other views. */
export function makeRunLegend(choose: (run: number) => void): {
  element: HTMLElement;
  draw: (names: string[], shown: number, palette: Palette) => void;
} {
  const element = h("div", { class: "bw-runs", role: "group", "aria-label": "Runs" });
  let items: { swatch: HTMLElement; button: HTMLElement }[] = [];
  let listed = "";
  const draw = (names: string[], shown: number, palette: Palette): void => {
    element.hidden = names.length < 2;
    const key = JSON.stringify(names);
    if (key !== listed) {
      listed = key;
      items = names.map((name, run) => {
        const swatch = h("span", { class: "bw-swatch" });
        const button = h("button", { type: "button", class: "bw-run" }, swatch, name);
        button.addEventListener("click", () => choose(run));
        return { swatch, button };
      });
      element.replaceChildren(...items.map(({ button }) => button));
    }
    items.forEach(({ swatch, button }, run) => {
      swatch.style.setProperty("--bw-swatch", css(seriesColor(palette, run)));
      setAttribute(button, "aria-pressed", run === shown ? "true" : "false");
    });
  };
  return { element, draw };
}
