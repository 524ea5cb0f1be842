import { h } from "./dom.ts";

/**
 * What a drawing shows, as a table that is opened below it: for readers who do not see the drawing.
 * The table is made only while it is open.
 */
export function makeAsTable(name: string): {
  element: HTMLDetailsElement;
  draw: (make: () => HTMLElement) => void;
} {
  const content = h("div", { class: "bw-as-table-content", tabindex: 0, role: "region" });
  content.setAttribute("aria-label", `${name} as a table`);
  const element = h("details", { class: "bw-as-table" }, h("summary", {}, "As a table"), content);
  let latest: (() => HTMLElement) | null = null;
  const fill = (): void => {
    if (element.open && latest !== null) content.replaceChildren(latest());
  };
  element.addEventListener("toggle", fill);
  return {
    element,
    draw: (make) => {
      latest = make;
      fill();
    },
  };
}
