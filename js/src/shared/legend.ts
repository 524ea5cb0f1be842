import { css } from "./color/color.ts";
import type { Palette } from "./color/palette.ts";
import { diverging } from "./color/scales.ts";
import { h, setText } from "./dom.ts";
import { digitsFor, signed } from "./format.ts";

/** The colours of the scale from left to right; without a sign it starts at zero. */
export function rampOf(palette: Palette, hasSign: boolean): string[] {
  return Array.from({ length: 13 }, (_, i) =>
    css(diverging(palette, hasSign ? (i - 6) / 6 : i / 12)),
  );
}

/** The colour scale with its numbers and the meaning of its ends. */
export function makeLegend(): {
  element: HTMLElement;
  draw: (target: string, largest: number, palette: Palette, hasSign?: boolean) => void;
} {
  const ramp = h("div", { class: "bw-ramp" });
  const [least, middle, most] = [h("span"), h("span", {}, "0"), h("span")];
  const against = h("span", { class: "bw-against" });
  const towards = h("span", {});
  const numbers = h("div", { class: "bw-ramp-numbers bw-number" }, least, middle, most);
  const ends = h("div", { class: "bw-ramp-ends" }, against, towards);
  const element = h("div", { class: "bw-legend" }, ends, ramp, numbers);

  const draw = (target: string, largest: number, palette: Palette, hasSign = true): void => {
    ramp.style.backgroundImage = `linear-gradient(to right, ${rampOf(palette, hasSign).join(", ")})`;
    const digits = digitsFor(largest);
    setText(least, hasSign ? signed(-largest, digits) : "0");
    middle.hidden = !hasSign;
    setText(most, signed(largest, digits).slice(hasSign ? 0 : 1));
    against.hidden = !hasSign;
    setText(against, `against ${target}`);
    setText(towards, hasSign ? `towards ${target}` : `influence on ${target} (either sign)`);
    against.title = `Words that count against ${target} have a dashed underline.`;
    towards.title = hasSign
      ? `Words that count for ${target}`
      : "This method does not show direction (for or against).";
  };
  return { element, draw };
}
