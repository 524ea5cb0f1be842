import { button, h } from "./dom.ts";

const KEY = "bert_widgets.hints_read";

/** The hints that were closed in this browser; none where a host forbids storage. */
function closedHints(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}

function remember(name: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...new Set([...closedHints(), name])]));
  } catch {
    // Without storage the hint comes back with the page.
  }
}

/** What a widget can do, said until it is closed once in this browser. */
export function makeHint(name: string, sentence: string): HTMLElement {
  const element = h("aside", { class: "bw-hint", "aria-label": "First steps" });
  const close = button("Got it", () => {
    remember(name);
    element.remove();
  });
  element.append(h("p", {}, sentence), close);
  element.hidden = closedHints().includes(name);
  return element;
}
