import { h, setText } from "../../shared/dom.ts";
import { gradientOf, type Scale } from "../plot/shades.ts";

/** The colours of the plot with their numbers. */
export function makeScaleBar(): { element: HTMLElement; draw: (scale: Scale | null) => void } {
  const ramp = h("span", { class: "bw-scale-ramp" });
  const [title, least, most] = [h("span"), h("span"), h("span")];
  const middle = h("span", { class: "bw-scale-middle" });
  const element = h(
    "div",
    { class: "bw-scale bw-note bw-number" },
    title,
    least,
    h("span", { class: "bw-scale-place" }, ramp, middle),
    most,
  );
  const draw = (scale: Scale | null): void => {
    element.hidden = scale === null;
    if (scale === null) return;
    ramp.style.backgroundImage = gradientOf(scale);
    setText(title, scale.title);
    setText(least, scale.least);
    setText(most, scale.most);
    middle.hidden = scale.middle === "";
  };
  return { element, draw };
}
