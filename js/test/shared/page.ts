import { afterEach, beforeEach, vi } from "vitest";
import type { Model } from "../../src/shared/model/model.ts";

let el: HTMLElement;
let closing: AbortController;

/** Gives each test of a file an element in the page and fake timers, and closes its view at the end. */
export function usePage(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    el = document.createElement("div");
    document.body.replaceChildren(el);
    closing = new AbortController();
  });
  afterEach(() => {
    closing.abort();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}

/** Renders a widget in the page. */
export function render(widget: { render: (context: never) => unknown }, model: Model): void {
  widget.render({ model, el, signal: closing.signal } as never);
  frames();
}

/** The element that the widget is rendered in. */
export const mount = () => el;

/** Closes the view; another can be rendered in its place. */
export function closeView(): void {
  closing.abort();
  closing = new AbortController();
}

/** Lets everything that waits for the next frames be drawn. */
export const frames = () => vi.advanceTimersByTime(50);

export const find = (selector: string) => [...el.querySelectorAll<HTMLElement>(selector)];

/** The elements that no ancestor hides. */
export const shown = (selector: string) =>
  find(selector).filter((element) => !element.closest("[hidden]"));

/** The button or list with a name. */
export const named = (name: string) =>
  find("button, select").find((control) =>
    [control.getAttribute("aria-label"), control.textContent].includes(name),
  );

export const click = (name: string) => {
  named(name)?.click();
  frames();
};

export const press = (
  target: Element | null | undefined,
  key: string,
  more: KeyboardEventInit = {},
) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, composed: true, ...more });
  target?.dispatchEvent(event);
  frames();
};

export const set = (model: Model, changes: Record<string, unknown>) => {
  for (const [name, value] of Object.entries(changes)) model.set(name, value);
  frames();
};
