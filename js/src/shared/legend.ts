import { css } from "./color.ts";
import { h, setText } from "./dom.ts";
import { digitsFor, signed } from "./format.ts";
import type { Palette } from "./palette.ts";
import { diverging } from "./scales.ts";

/** The colour scale with its numbers, and what either end means. */
export function makeLegend(): {
  element: HTMLElement;
  draw: (target: string, largest: number, palette: Palette) => void;
} {
  const ramp = h("div", { class: "bw-ramp" });
  const least = h("span");
  const most = h("span");
  const against = h("span", { class: "bw-against" });
  const towards = h("span", {});
  const numbers = h("div", { class: "bw-ramp-numbers bw-number" }, least, h("span", {}, "0"), most);
  const ends = h("div", { class: "bw-ramp-ends" }, against, towards);
  const element = h("div", { class: "bw-legend" }, ends, ramp, numbers);

  const draw = (target: string, largest: number, palette: Palette): void => {
    const stops = Array.from({ length: 13 }, (_, i) => css(diverging(palette, (i - 6) / 6)));
    ramp.style.backgroundImage = `linear-gradient(to right, ${stops.join(", ")})`;
    const digits = digitsFor(largest);
    setText(least, signed(-largest, digits));
    setText(most, signed(largest, digits));
    setText(against, `against ${target}`);
    setText(towards, `towards ${target}`);
    against.title = `Words that speak against ${target} have a dashed underline.`;
    towards.title = `Words that speak for ${target}`;
  };
  return { element, draw };
}
