import { h, icon, setAttribute, setText } from "./dom.ts";
import { count } from "./format.ts";
import { place } from "./place.ts";

export type Choice = readonly [value: string, label: string];

/** No more are listed at once; typing finds the others. */
const MOST = 500;
const PAGE = 10;
const MOVES: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: PAGE,
  PageUp: -PAGE,
};

/**
 * A list of many choices that is searched by typing: the pattern “combobox” of the ARIA authoring practices.
 * An input with a `datalist` would list only what contains the present choice, in the browser's own colours.
 */
export function makeCombobox(
  name: string,
  choose: (choice: string) => void,
): {
  element: HTMLElement;
  draw: (choices: readonly Choice[], chosen: string, disabled: boolean) => void;
} {
  const id = `bw-${Math.random().toString(36).slice(2)}`;
  const input = h("input", {
    type: "text",
    role: "combobox",
    "aria-label": name,
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
    dir: "auto",
  });
  const list = h("ul", { id, role: "listbox", "aria-label": name });
  const remark = h("p", { class: "bw-note", role: "status" });
  const popup = h("div", { class: "bw-combobox", popover: "manual", hidden: true }, list, remark);
  const element = h("span", { class: "bw-select" }, input, icon("down"), popup);
  let choices: readonly Choice[] = [];
  let chosen = "";
  let listed: readonly Choice[] = [];
  let active = 0;

  const activate = (index: number): void => {
    list.children[active]?.classList.remove("bw-active");
    active = Math.min(listed.length - 1, Math.max(0, index));
    const option = list.children[active];
    option?.classList.add("bw-active");
    setAttribute(input, "aria-activedescendant", option?.id ?? null);
    if (option instanceof HTMLElement) reveal(list, option);
  };
  const fill = (sought: string): void => {
    const words = sought.trim().toLowerCase();
    const found = choices.filter(([, label]) => label.toLowerCase().includes(words));
    listed = found.slice(0, MOST);
    list.replaceChildren(...listed.map((choice, i) => makeOption(choice, `${id}-${i}`, chosen)));
    list.hidden = listed.length === 0;
    setText(remark, remarkOn(found.length));
    remark.hidden = remark.textContent === "";
    place(popup, input);
    activate(sought === "" ? listed.findIndex(([value]) => value === chosen) : 0);
  };
  const restore = (): void => {
    input.value = choices.find(([value]) => value === chosen)?.[1] ?? "";
  };
  const close = (): void => {
    if (popup.hidden) return;
    popup.hidden = true;
    popup.hidePopover?.();
    list.replaceChildren();
    setAttribute(input, "aria-expanded", "false");
    setAttribute(input, "aria-activedescendant", null);
    removeEventListener("scroll", follow, true);
    restore();
  };
  // It has a fixed position in the window. A browser scrolls when a field is typed into that is partly out of view.
  const follow = ({ target }: Event): void => {
    if (!(target instanceof Node && popup.contains(target))) place(popup, input);
  };
  const open = (sought: string): void => {
    if (popup.hidden) {
      popup.hidden = false;
      popup.showPopover?.();
      popup.style.minWidth = `${input.offsetWidth}px`;
      setAttribute(input, "aria-expanded", "true");
      addEventListener("scroll", follow, true);
    }
    fill(sought);
  };
  const pick = (choice: Choice | undefined): void => {
    if (choice === undefined) return;
    close();
    input.value = choice[1];
    input.select();
    if (choice[0] !== chosen) choose(choice[0]);
  };

  input.addEventListener("click", () => {
    if (!popup.hidden) return;
    input.select();
    open("");
  });
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const { key, isComposing, ctrlKey, metaKey } = event;
    const move = MOVES[key];
    if (isComposing || ctrlKey || metaKey) return;
    if (move !== undefined) popup.hidden ? open("") : activate(active + move);
    else if (popup.hidden) return;
    else if (key === "Enter") pick(listed[active]);
    else if (key === "Escape") {
      close();
      input.select();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  // The field keeps the focus.
  popup.addEventListener("mousedown", (event) => event.preventDefault());
  popup.addEventListener("click", (event) => {
    // A label around it would press the field again.
    event.preventDefault();
    const option = event.composedPath().find((one) => (one as Element).role === "option");
    pick(listed[[...list.children].indexOf(option as Element)]);
  });

  return {
    element,
    draw: (latest, value, disabled) => {
      const changed = JSON.stringify(latest) !== JSON.stringify(choices);
      choices = latest;
      chosen = value;
      input.disabled = disabled;
      if (popup.hidden) restore();
      else if (changed) fill(input.value);
    },
  };
}

function makeOption([value, label]: Choice, id: string, chosen: string): HTMLElement {
  const selected = value === chosen ? "true" : "false";
  return h("li", { id, role: "option", "aria-selected": selected, dir: "auto" }, label);
}

function remarkOn(found: number): string {
  if (found === 0) return "Nothing contains these letters.";
  return found > MOST ? `${count(MOST)} of ${count(found)}. Type to find the others.` : "";
}

/** Scrolls only the list; `scrollIntoView` would also scroll the page. */
function reveal(list: HTMLElement, option: HTMLElement): void {
  const top = option.offsetTop - list.offsetTop;
  const bottom = top + option.offsetHeight - list.clientHeight;
  list.scrollTop = Math.min(top, Math.max(bottom, list.scrollTop));
}
