import { button, h, setText } from "../shared/dom.ts";
import type { Action, Edit } from "./questions.ts";

interface MenuActions {
  ask: (edit: Edit) => void;
  join: (words: readonly number[]) => void;
  split: (words: readonly number[]) => void;
}

export interface Subject {
  words: readonly number[];
  /** The text they cover. */
  text: string;
  /** They are part of a drawn span. */
  joined: boolean;
  /** The element beside which the menu opens, focused again when it closes. */
  beside: HTMLElement;
}

const LONGEST_REPLACEMENT = 1000;
const LONGEST_QUOTE = 40;

export function quoted(text: string): string {
  const points = Array.from(text);
  const cut = points.length > LONGEST_QUOTE ? `${points.slice(0, LONGEST_QUOTE).join("")}…` : text;
  return `“\u2068${cut}\u2069”`;
}

/** The menu of a word, or of several selected together, laid over the page. */
export function makeWordMenu(
  signal: AbortSignal,
  actions: MenuActions,
): { element: HTMLElement; open: (subject: Subject) => void } {
  let subject: Subject | null = null;
  const title = h("div", { class: "bw-caption", "aria-hidden": "true" });
  const act = (action: Action, replacement = ""): void => {
    const words = subject?.words;
    close(true);
    if (words) actions.ask({ words, action, with: replacement });
  };
  const item = (label: string, press: () => void): HTMLButtonElement => {
    const element = button(label, press, { class: "bw-menu-item" });
    element.setAttribute("role", "menuitem");
    return element;
  };
  const later = (then: (words: readonly number[]) => void): void => {
    const words = subject?.words;
    close(true);
    if (words) then(words);
  };
  const join = item("Score as one span", () => later(actions.join));
  const split = item("Score each word separately", () => later(actions.split));
  const items = [
    item("Mask", () => act("mask")),
    item("Delete", () => act("delete")),
    item("Replace with…", () => {
      form.hidden = false;
      setText(title, `Replace ${quoted(subject?.text ?? "")} with`);
      field.value = subject?.text ?? "";
      field.select();
      field.focus();
      menu.hidden = true;
      if (subject !== null) place(element, subject.beside);
    }),
    join,
    split,
  ];
  const menu = h("div", { role: "menu" }, ...items);
  const field = h("input", {
    type: "text",
    "aria-label": "Replace with",
    maxlength: LONGEST_REPLACEMENT,
    dir: "auto",
    spellcheck: "false",
    autocomplete: "off",
  });
  const form = h(
    "form",
    { class: "bw-replace" },
    field,
    button("Try", () => replace()),
  );
  const replace = (): void => {
    if (field.value.trim() !== "") act("replace", field.value);
  };
  const element = h(
    "div",
    { class: "bw-menu", popover: "manual", hidden: true },
    title,
    menu,
    form,
  );

  const close = (refocus: boolean): void => {
    if (element.hidden) return;
    element.hidden = true;
    element.hidePopover?.();
    if (refocus) subject?.beside.focus();
    subject = null;
  };
  const step = (by: number | "first" | "last"): void => {
    const shown = items.filter((entry) => !entry.hidden);
    const focused = shown.findIndex((entry) => entry.matches(":focus"));
    const next =
      by === "first" ? 0 : by === "last" ? -1 : (focused + by + shown.length) % shown.length;
    shown.at(next)?.focus();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    replace();
  });
  element.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    const moves = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" } as const;
    if (event.key === "Escape" || (event.key === "Tab" && form.hidden)) close(true);
    else if (event.key in moves && form.hidden) step(moves[event.key as keyof typeof moves]);
    else if (event.key === "Enter" && !form.hidden) replace();
    else return;
    event.preventDefault();
  });
  element.addEventListener("focusout", (event) => {
    const next = event.relatedTarget;
    // The focus may move between the items and the field of the menu.
    if (!(next instanceof Node && element.contains(next))) close(false);
  });
  // It has a fixed position in the window, so scrolling would separate it from its word.
  window.addEventListener("scroll", () => close(false), { signal, capture: true, passive: true });
  window.addEventListener("resize", () => close(false), { signal });

  const open = (next: Subject): void => {
    close(false);
    subject = next;
    const many = next.words.length > 1;
    setText(title, `What if ${quoted(next.text)}…`);
    menu.setAttribute("aria-label", `What if ${quoted(next.text)}`);
    join.hidden = !many;
    split.hidden = !next.joined;
    menu.hidden = false;
    form.hidden = true;
    element.hidden = false;
    element.showPopover?.();
    place(element, next.beside);
    step("first");
  };
  return { element, open };
}

/** Below the word, or above it where the window ends. */
function place(element: HTMLElement, beside: HTMLElement): void {
  const word = beside.getBoundingClientRect();
  const { width, height } = element.getBoundingClientRect();
  const left = Math.min(word.left, innerWidth - width - 8);
  const below = word.bottom + 6;
  const top = below + height > innerHeight ? word.top - height - 6 : below;
  element.style.left = `${Math.max(8, left)}px`;
  element.style.top = `${Math.max(8, top)}px`;
}
