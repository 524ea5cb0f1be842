import { h, setText } from "../shared/dom.ts";

/** A share as a small bar with its number. */
export function makeMeter(): {
  element: HTMLElement;
  draw: (share: number, text: string) => void;
} {
  const fill = h("span", {});
  const value = h("span", { class: "bw-number" });
  const bar = h("span", { class: "bw-meter-bar" }, fill);
  return {
    element: h("span", { class: "bw-meter" }, bar, value),
    draw: (share, text) => {
      fill.style.width = `${100 * Math.min(1, Math.max(0, share))}%`;
      setText(value, text);
    },
  };
}
