import { h, setText } from "../../shared/dom.ts";
import { decimal } from "../../shared/format.ts";

/** A slider for the share of the largest weight from which lines are drawn. */
export function makeThreshold(set: (value: number) => void): {
  element: HTMLElement;
  draw: (value: number) => void;
} {
  const range = h("input", { type: "range", min: 0, max: 1, step: 0.01, class: "bw-range" });
  const number = h("span", { class: "bw-number" });
  range.addEventListener("input", () => set(Number(range.value)));
  const element = h(
    "label",
    { class: "bw-threshold bw-note" },
    h("span", {}, "Lines from"),
    range,
    number,
  );
  return {
    element,
    draw: (value) => {
      if (Number(range.value) !== value) range.value = String(value);
      setText(number, `${decimal(100 * value, 0)}% of the largest`);
    },
  };
}
