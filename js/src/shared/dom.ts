type Attributes = Record<string, string | number | boolean | null>;

/** An element with its attributes and children; strings become text nodes, never markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children);
  return element;
}

/** Sets an attribute; true stands for an empty one, false and null remove it. */
export function setAttribute(
  element: Element,
  name: string,
  value: string | number | boolean | null,
): void {
  if (value === false || value === null) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** Sets the text only where it differs, so that screen readers and text selections are not disturbed. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

const ICONS = {
  previous: "M10 3.5 5.5 8l4.5 4.5",
  next: "M6 3.5 10.5 8 6 12.5",
  down: "M4 6.2 8 10.2l4-4",
  edit: "M10.8 2.9 13.1 5.2 5.4 12.9l-3 .7.7-3zM9.3 4.4l2.3 2.3",
  check: "M3.2 8.4 6.6 11.8 12.8 4.6",
  alarm: "M8 2.4 14.2 13H1.8zM8 6.4v3.2M8 11.2v.3",
  play: "M5 3.2v9.6L12.6 8z",
  pause: "M5.4 3.4v9.2M10.6 3.4v9.2",
  stop: "M4.2 4.2h7.6v7.6H4.2z",
  remove: "M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6",
  save: "M8 2.4v7.4M4.8 7 8 10.2 11.2 7M2.8 13.2h10.4",
  undo: "M5.6 3 2.8 5.8l2.8 2.8M2.8 5.8h6.4a3.6 3.6 0 0 1 0 7.2H5.6",
  redo: "M10.4 3l2.8 2.8-2.8 2.8M13.2 5.8H6.8a3.6 3.6 0 0 0 0 7.2h3.6",
  strike: "M2.2 8.2h11.6M4 5V3.4h8V5M8 3.4v2.4M8 10.6v2.2M6.6 12.8h2.8",
  copy: "M5.6 5.6h7.6v7.6H5.6zM3.6 10.4h-.8V2.8h7.6v.8",
} as const;

export type IconName = keyof typeof ICONS;

/** A drawing of one path, hidden from screen readers. */
export function drawing(box: string, outline: string): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  const path = document.createElementNS(namespace, "path");
  svg.setAttribute("viewBox", box);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", outline);
  svg.append(path);
  return svg;
}

export function icon(name: IconName): SVGSVGElement {
  const svg = drawing("0 0 16 16", ICONS[name]);
  svg.setAttribute("class", `bw-icon bw-icon-${name}`);
  return svg;
}

interface Look {
  icon?: IconName;
  /** The accessible name of an icon without a label. */
  name?: string;
  class?: string;
}

export function button(label: string, press: () => void, look: Look = {}): HTMLButtonElement {
  const element = h(
    "button",
    { type: "button", class: `bw-button ${look.class ?? ""}`, "aria-label": look.name ?? null },
    ...(look.icon ? [icon(look.icon)] : []),
    label,
  );
  element.addEventListener("click", press);
  return element;
}

/** A control with a visible label. */
export function named(name: string, control: HTMLElement): HTMLElement {
  return h("label", { class: "bw-named" }, h("span", { class: "bw-caption" }, name), control);
}

/** A list of choices; `draw` sets the options and the chosen one. */
export function dropdown(
  name: string,
  choose: (choice: string) => void,
): {
  element: HTMLElement;
  select: HTMLSelectElement;
  draw: (options: readonly (readonly [value: string, label: string])[], chosen: string) => void;
} {
  const select = h("select", { "aria-label": name });
  select.addEventListener("change", () => choose(select.value));
  let listed = "";
  return {
    element: h("span", { class: "bw-select" }, select, icon("down")),
    select,
    draw: (options, chosen) => {
      const key = JSON.stringify(options);
      if (key !== listed) {
        listed = key;
        select.replaceChildren(...options.map(([value, label]) => h("option", { value }, label)));
      }
      select.value = chosen;
    },
  };
}
