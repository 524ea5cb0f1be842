import { button, h, setText } from "../../shared/dom.ts";
import { place } from "../../shared/place.ts";
import type { Action, Edit } from "./questions.ts";

interface MenuActions {
  ask: (edit: Edit) => void;
  join: (words: readonly number[]) => void;
  split: (words: readonly number[]) => void;
}

export interface Subject {
  words: readonly number[];
  /** The text that the words cover. */
  text: string;
  /** Whether the words are part of a drawn span. */
  joined: boolean;
  /** The element beside which the menu opens, focused again when it closes. */
  beside: HTMLElement;
}

const LONGEST_REPLACEMENT = 1000;
const LONGEST_QUOTE = 40;
const JOIN = "Score as one span";
const SPLIT = "Score each word separately";
const MOVES: Record<string, 1 | -1 | "first" | "last"> = {
  ArrowDown: 1,
  ArrowUp: -1,
  Home: "first",
  End: "last",
};

export function quoted(text: string): string {
  const points = Array.from(text);
  const cut = points.length > LONGEST_QUOTE ? `${points.slice(0, LONGEST_QUOTE).join("")}…` : text;
  return `“\u2068${cut}\u2069”`;
}

export interface WordMenu {
  element: HTMLElement;
  open: (subject: Subject) => void;
  /** Opens only the field for a replacement. */
  openReplacement: (subject: Subject) => void;
}

/** The menu of a word, or of several selected together, which floats over the page. */
export function makeWordMenu(signal: AbortSignal, actions: MenuActions): WordMenu {
  let subject: Subject | null = null;
  /** Closes the menu, then calls back with its words. */
  const finish = (then: (words: readonly number[]) => void): void => {
    const words = subject?.words;
    close(true);
    if (words) then(words);
  };
  const ask = (action: Action, replacement: string): void =>
    finish((words) => actions.ask({ words, action, with: replacement }));
  const title = h("div", { class: "bw-caption", "aria-hidden": "true" });
  const form = makeReplaceForm((replacement) => ask("replace", replacement));
  const menu = makeItems([
    ["Mask", () => ask("mask", "")],
    ["Delete", () => ask("delete", "")],
    ["Replace with…", () => askForReplacement()],
    [JOIN, () => finish(actions.join)],
    [SPLIT, () => finish(actions.split)],
  ]);
  const element = h(
    "div",
    { class: "bw-menu", popover: "manual", hidden: true },
    title,
    menu.element,
    form.element,
  );

  const askForReplacement = (): void => {
    if (subject === null) return;
    setText(title, `Replace ${quoted(subject.text)} with`);
    form.open(subject.text);
    menu.element.hidden = true;
    place(element, subject.beside);
  };
  const close = (refocus: boolean): void => {
    if (element.hidden) return;
    element.hidden = true;
    element.hidePopover?.();
    if (refocus) subject?.beside.focus();
    subject = null;
  };
  const open = (next: Subject): void => {
    close(false);
    subject = next;
    const question = `What if ${quoted(next.text)}`;
    setText(title, `${question}…`);
    menu.open(question, { [JOIN]: next.words.length > 1, [SPLIT]: next.joined });
    form.element.hidden = true;
    element.hidden = false;
    element.showPopover?.();
    place(element, next.beside);
    menu.focus("first");
  };
  const openReplacement = (next: Subject): void => {
    close(false);
    subject = next;
    element.hidden = false;
    element.showPopover?.();
    askForReplacement();
  };
  listenToKeys(element, menu, form, () => close(true));
  closeWhenLeft(element, signal, () => close(false));
  return { element, open, openReplacement };
}

interface Items {
  element: HTMLElement;
  /** Shows the items, without those that are not offered. */
  open: (name: string, offered: Record<string, boolean>) => void;
  focus: (by: number | "first" | "last") => void;
}

function makeItems(listed: readonly (readonly [label: string, press: () => void])[]): Items {
  const items = listed.map(([label, press]) => {
    const element = button(label, press, { class: "bw-menu-item" });
    element.setAttribute("role", "menuitem");
    return { label, element };
  });
  const element = h("div", { role: "menu" }, ...items.map((item) => item.element));
  return {
    element,
    open: (name, offered) => {
      element.hidden = false;
      element.setAttribute("aria-label", name);
      for (const item of items) item.element.hidden = offered[item.label] === false;
    },
    focus: (by) => {
      const shown = items.map((item) => item.element).filter((item) => !item.hidden);
      const focused = shown.findIndex((item) => item.matches(":focus"));
      const next =
        by === "first" ? 0 : by === "last" ? -1 : (focused + by + shown.length) % shown.length;
      shown.at(next)?.focus();
    },
  };
}

interface ReplaceForm {
  element: HTMLFormElement;
  open: (text: string) => void;
  submit: () => void;
}

function makeReplaceForm(replace: (text: string) => void): ReplaceForm {
  const field = h("input", {
    type: "text",
    "aria-label": "Replace with",
    maxlength: LONGEST_REPLACEMENT,
    dir: "auto",
    spellcheck: "false",
    autocomplete: "off",
  });
  const submit = (): void => {
    if (field.value.trim() !== "") replace(field.value);
  };
  const element = h("form", { class: "bw-replace" }, field, button("Try", submit));
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  const open = (text: string): void => {
    element.hidden = false;
    field.value = text;
    field.select();
    field.focus();
  };
  return { element, open, submit };
}

function listenToKeys(
  element: HTMLElement,
  menu: Items,
  form: ReplaceForm,
  close: () => void,
): void {
  element.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    const asking = !form.element.hidden;
    const move = MOVES[event.key];
    if (event.key === "Escape" || (event.key === "Tab" && !asking)) close();
    else if (move !== undefined && !asking) menu.focus(move);
    else if (event.key === "Enter" && asking) form.submit();
    else return;
    event.preventDefault();
  });
}

function closeWhenLeft(element: HTMLElement, signal: AbortSignal, close: () => void): void {
  element.addEventListener("focusout", (event) => {
    const next = event.relatedTarget;
    // The focus may move between the items and the field of the menu.
    if (!(next instanceof Node && element.contains(next))) close();
  });
  // It has a fixed position in the window, so scrolling would separate it from its word.
  window.addEventListener("scroll", close, { signal, capture: true, passive: true });
  window.addEventListener("resize", close, { signal });
}
