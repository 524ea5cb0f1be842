import { css } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { seriesColor } from "../../shared/color/series_colors.ts";
import { h, setAttribute } from "../../shared/dom.ts";

interface LegendActions {
  /** Selects a run for the header and the other views. */
  choose: (run: number) => void;
  hide: (run: number, hidden: boolean) => void;
}

/** Names and colours of the runs, each with a box that hides and shows its curves. */
export function makeRunLegend({ choose, hide }: LegendActions): {
  element: HTMLElement;
  draw: (names: string[], shown: number, hidden: ReadonlySet<number>, palette: Palette) => void;
} {
  const element = h("div", { class: "bw-runs", role: "group", "aria-label": "Runs" });
  let items: ReturnType<typeof makeItem>[] = [];
  let listed = "";
  const makeItem = (name: string, run: number) => {
    const drawn = h("input", { type: "checkbox", "aria-label": `Draw ${name}` });
    drawn.title = "Draw the curves of this run";
    drawn.addEventListener("change", () => hide(run, !drawn.checked));
    const swatch = h("span", { class: "bw-swatch" });
    const press = h("button", { type: "button", class: "bw-run" }, swatch, h("bdi", {}, name));
    press.addEventListener("click", () => choose(run));
    return { drawn, swatch, press, element: h("span", { class: "bw-run-item" }, drawn, press) };
  };
  const draw = (
    names: string[],
    shown: number,
    hidden: ReadonlySet<number>,
    palette: Palette,
  ): void => {
    element.hidden = names.length < 2;
    const key = JSON.stringify(names);
    if (key !== listed) {
      listed = key;
      items = names.map(makeItem);
      element.replaceChildren(...items.map((item) => item.element));
    }
    items.forEach(({ drawn, swatch, press }, run) => {
      drawn.checked = !hidden.has(run);
      swatch.style.setProperty("--bw-swatch", css(seriesColor(palette, run)));
      setAttribute(press, "aria-pressed", run === shown ? "true" : "false");
    });
  };
  return { element, draw };
}
