import { makeClassPicker } from "../../shared/class_picker.ts";
import { button, h, setAttribute, setText } from "../../shared/dom.ts";
import { percent } from "../../shared/format.ts";
import { type Highlights, isLive } from "../state.ts";
import { listedBars, MANY } from "./listed.ts";

const FORWARD = ["ArrowDown", "ArrowRight"];
const BACKWARD = ["ArrowUp", "ArrowLeft"];

interface Bar {
  element: HTMLElement;
  label: HTMLElement;
  fill: HTMLElement;
  value: HTMLElement;
}

function makeBar(): Bar {
  const label = h("span", { class: "bw-bar-label", dir: "auto" });
  const fill = h("span", { class: "bw-bar-fill" });
  const value = h("span", { class: "bw-bar-value bw-number" });
  const track = h("span", { class: "bw-bar-track" }, fill);
  const element = h("div", { class: "bw-bar", role: "radio" }, label, track, value);
  return { element, label, fill, value };
}

function drawBar({ label, fill, value }: Bar, name: string, probability: number | undefined): void {
  setText(label, name);
  label.title = name;
  setText(value, probability === undefined ? "–" : percent(probability));
  fill.style.width = `${100 * Math.min(1, Math.max(0, probability ?? 0))}%`;
}

/**
 * One bar per label; together a radio group that chooses the label to explain. So does the list
 * above, which can also go back to the predicted label (""). Of many labels the likeliest have bars,
 * until all are asked for or some are searched.
 */
export function makeBars(choose: (label: string) => void): {
  elements: HTMLElement[];
  draw: (state: Highlights) => void;
} {
  const meaning = h("span");
  const choice = makeClassPicker("Class to explain", choose);
  const caption = h("div", { class: "bw-caption bw-bars-caption" }, meaning, choice.element);
  const group = h("div", { class: "bw-bars", role: "radiogroup" });
  let current: Highlights | null = null;
  const redraw = (): void => {
    if (current !== null) draw(current);
  };
  const folding = makeFolding(redraw);
  let bars: Bar[] = [];
  let labels: string[] = [];
  let target = "";
  let locked = false;

  const pick = (index: number): void => {
    const label = labels[index];
    if (label === undefined || locked) return;
    bars[index]?.element.focus();
    if (label !== target) choose(label);
  };
  const barAt = (event: Event): number =>
    bars.findIndex((bar) => event.composedPath().includes(bar.element));
  group.addEventListener("click", (event) => pick(barAt(event)));
  group.addEventListener("keydown", (event) => {
    const step = FORWARD.includes(event.key) ? 1 : BACKWARD.includes(event.key) ? -1 : 0;
    if (step === 0 && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    pick((barAt(event) + step + labels.length) % labels.length);
  });

  const draw = (state: Highlights): void => {
    const moved = state.target !== target;
    current = state;
    const listed = listedBars(state, folding.isOpen(), folding.sought());
    labels = listed.map((i) => state.labels[i] ?? "");
    target = state.target;
    locked = !isLive(state);
    if (bars.length !== labels.length) {
      bars = labels.map(makeBar);
      group.replaceChildren(...bars.map((bar) => bar.element));
    }
    setText(meaning, captionOf(state, locked));
    choice.element.hidden = locked || state.labels.length < 2;
    if (!choice.element.hidden) choice.draw(choicesOf(state), state.chosenTarget, false);
    setAttribute(group, "aria-label", "Class to explain");
    setAttribute(group, "aria-disabled", locked ? "true" : null);
    group.classList.toggle("bw-many", state.labels.length > 4);
    folding.draw(state.labels.length, labels.length);
    const stop = Math.max(0, labels.indexOf(target));
    bars.forEach((bar, i) => {
      const label = labels[i] ?? "";
      drawBar(bar, label, state.probabilities?.[listed[i] ?? 0]);
      setAttribute(bar.element, "aria-checked", label === target ? "true" : "false");
      setAttribute(bar.element, "tabindex", i === stop ? 0 : -1);
    });
    if (moved) requestAnimationFrame(() => reveal(group, bars[stop]?.element));
  };
  const shown = h("div", { class: "bw-bars-and-folding" }, group, folding.element);
  return { elements: [caption, shown], draw };
}

/** The button that unfolds all labels, and the field that searches them. */
function makeFolding(changed: () => void): {
  element: HTMLElement;
  isOpen: () => boolean;
  sought: () => string;
  draw: (all: number, listed: number) => void;
} {
  let open = false;
  const search = h("input", { type: "text", "aria-label": "Search classes" });
  search.placeholder = "Search classes";
  search.addEventListener("input", changed);
  const more = button(
    "",
    () => {
      open = !open;
      search.value = "";
      changed();
    },
    { class: "bw-fold" },
  );
  const element = h("div", { class: "bw-folding" }, more, search);
  return {
    element,
    isOpen: () => open,
    sought: () => search.value,
    draw: (all, listed) => {
      element.hidden = all <= MANY;
      search.hidden = !open;
      setText(more, open ? "Fewer classes" : `${all - listed} more classes`);
      setAttribute(more, "aria-expanded", open ? "true" : "false");
    },
  };
}
/** Scrolls only the list; `scrollIntoView` would also scroll the page. */
function reveal(list: HTMLElement, row: HTMLElement | undefined): void {
  if (row === undefined) return;
  const top = row.offsetTop - list.offsetTop;
  const bottom = top + row.offsetHeight - list.clientHeight;
  list.scrollTop = Math.min(top, Math.max(bottom, list.scrollTop));
}

function captionOf(state: Highlights, locked: boolean): string {
  const caption = state.multiLabel ? "Probability of each label" : "Predicted probability";
  if (state.labels.length < 2) return caption;
  return locked ? `${caption}, explained for the marked class` : `${caption} · explained for`;
}

function choicesOf(state: Highlights): (readonly [value: string, name: string])[] {
  const { labels, probabilities, multiLabel } = state;
  const predicted = labels[probabilities?.indexOf(Math.max(...probabilities)) ?? -1] ?? "";
  const followed = state.chosenTarget === "" ? state.target : predicted;
  const kind = multiLabel ? "most probable" : "predicted";
  return [["", `${kind} (${followed})`], ...labels.map((label) => [label, label] as const)];
}
