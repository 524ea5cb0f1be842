import { h, setAttribute } from "../shared/dom.ts";
import type { Frame } from "../shared/frame.ts";
import { differs } from "../shared/read.ts";
import { makeMinimap } from "./minimap.ts";
import { type Stretch, selectByKey, selectByPointer, wordsOf } from "./selecting.ts";
import { LONG, makeTextLayer, partsOf, type TextDrawing, unitsBefore } from "./text_view.ts";

interface TextsActions {
  select: (word: number | null) => void;
  edit: (segment: 0 | 1, caret: number | null) => void;
  hover: (word: number | null) => void;
  /** What may be asked of these words, beside the element of one of them. */
  ask: (words: number[], beside: HTMLElement) => void;
  /** A key that stands for a question or a command; true if it was one. */
  shortcut: (event: KeyboardEvent, words: number[]) => boolean;
}

export interface TextsDrawing extends TextDrawing {
  selected: number | null;
  stale: boolean;
  working: boolean;
  /** The share of that work, or of refining, that is done; 0 where it is not known. */
  progress: number;
  /** Whether there is a kernel to ask. */
  live: boolean;
  /** Words that the reader is pointed to. */
  pointed: readonly number[];
}

type Fields = readonly [HTMLTextAreaElement, HTMLTextAreaElement];

export interface TextsView {
  element: HTMLElement;
  /** Each text as it lies on the page, for a picture of it. */
  blocks: readonly HTMLElement[];
  /** The words that are selected together; null for none. */
  chosen: () => number[] | null;
  elementOf: (word: number) => HTMLElement | undefined;
  draw: (drawing: TextsDrawing) => void;
}

/** Both texts as one list of words: one tab stop, arrow keys within. */
export function makeTexts(frame: Frame, fields: Fields, actions: TextsActions): TextsView {
  const layers = [makeTextLayer(), makeTextLayer()] as const;
  const blocks = fields.map((field, i) => {
    const caption = h("div", { class: "bw-caption" }, i === 0 ? "First text" : "Second text");
    const stack = h("div", { class: "bw-stack" }, layers[i === 0 ? 0 : 1].element, field);
    return { caption, field, element: h("div", { class: "bw-block" }, caption, stack) };
  });
  const list = h("div", { class: "bw-texts" }, ...blocks.map(({ element }) => element));
  const minimap = makeMinimap(frame, list);
  const done = h("div", { class: "bw-done" });
  const element = h(
    "div",
    { class: "bw-stage" },
    h("div", { class: "bw-working" }, done),
    list,
    minimap.element,
  );
  let drawn: TextsDrawing | null = null;
  let stretch: Stretch | null = null;
  const marks = makeMarks();

  const spanOf = (word: number): HTMLElement | undefined =>
    (layers[0].spans.get(word) ?? layers[1].spans.get(word))?.[0];
  const reader = {
    count: () => drawn?.scored.words.length ?? 0,
    segmentOf: (word: number) => drawn?.scored.words[word]?.segment,
    wordAt: (event: Event): number | null => {
      for (const node of event.composedPath()) {
        if (node === list) return null;
        if (node instanceof HTMLElement && node.dataset["word"] !== undefined)
          return Number(node.dataset["word"]);
      }
      return null;
    },
  };
  const choosing = {
    chosen: () => stretch,
    mayStretch: () => drawn?.live === true,
    choose: (next: Stretch | null, focus: boolean): void => {
      actions.hover(null);
      stretch = next;
      actions.select(next?.to ?? null);
      if (drawn !== null) {
        drawn = { ...drawn, selected: next?.to ?? null };
        mark(drawn);
      }
      if (focus && next !== null) spanOf(next.to)?.focus();
    },
    open: (word: number): void => {
      const beside = spanOf(word);
      if (drawn?.live && stretch !== null && beside) actions.ask(wordsOf(stretch), beside);
    },
  };
  const segmentAt = (event: Event): 0 | 1 => {
    const second = blocks[1]?.element;
    return second !== undefined && event.composedPath().includes(second) ? 1 : 0;
  };

  selectByPointer(list, reader, choosing);
  list.addEventListener("dblclick", (event) => {
    if (!drawn?.live || drawn.editing) return;
    const segment = segmentAt(event);
    const word = drawn.scored.words[reader.wordAt(event) ?? -1];
    event.preventDefault();
    actions.edit(segment, word ? unitsBefore(drawn.texts[segment], word.end) : null);
  });
  list.addEventListener("contextmenu", (event) => {
    const word = reader.wordAt(event);
    if (word === null || !drawn?.live) return;
    event.preventDefault();
    event.stopPropagation(); // else JupyterLab lays its own menu over it
    if (stretch === null || !wordsOf(stretch).includes(word))
      choosing.choose({ from: word, to: word }, true);
    choosing.open(word);
  });
  list.addEventListener("pointerover", (event) => actions.hover(reader.wordAt(event)));
  list.addEventListener("pointerleave", () => actions.hover(null));
  /** Whether the key was one of the list's own. */
  const pressed = (event: KeyboardEvent, live: boolean): boolean => {
    if (live && actions.shortcut(event, stretch === null ? [] : wordsOf(stretch))) return true;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key !== "e" || !live) return selectByKey(event, reader, choosing);
    actions.edit(segmentAt(event), null);
    return true;
  };
  list.addEventListener("keydown", (event) => {
    if (drawn === null || drawn.editing || event.isComposing) return;
    if (!pressed(event, drawn.live)) return;
    event.preventDefault();
    event.stopPropagation();
  });

  const mark = ({ selected, editing, pointed }: TextsDrawing): void => {
    const held = stretch !== null && selected !== null && wordsOf(stretch).includes(selected);
    if (!held) stretch = selected === null ? null : { from: selected, to: selected };
    const chosen = stretch === null ? [] : wordsOf(stretch);
    if (editing) marks.clear();
    else marks.draw(spansOf(layers), chosen, stretch?.to ?? null, pointed);
  };
  const changed = differs();
  const drawParts = (drawing: TextsDrawing): void => {
    const { texts, scored, tokens, largest, palette, editing } = drawing;
    const own = [...texts, ...scored.texts, scored.words, scored.tokens, tokens, largest, editing];
    if (!changed(...own, palette.background, palette.positive)) return;
    const focused = focusedWord(list);
    layers.forEach((layer, i) => {
      layer.draw(partsOf(i === 0 ? 0 : 1, drawing));
    });
    if (focused !== null && focusedWord(list) === null) spanOf(focused)?.focus();
    minimap.draw(drawing, spansOf(layers));
  };
  const draw = (drawing: TextsDrawing): void => {
    drawn = drawing;
    const { editing, working, progress, stale, live } = drawing;
    const paired = drawing.texts[1] !== "" || drawing.scored.texts[1] !== "";
    setAttribute(list, "role", editing ? null : "listbox");
    setAttribute(list, "aria-label", editing ? null : "Words and their scores");
    setAttribute(list, "aria-orientation", editing ? null : "horizontal");
    setAttribute(list, "aria-multiselectable", !editing && live ? "true" : null);
    setAttribute(element, "aria-busy", working ? "true" : null);
    element.classList.toggle("bw-at-work", working || progress > 0);
    element.classList.toggle("bw-counted", progress > 0);
    done.style.width = `${100 * progress}%`;
    element.classList.toggle("bw-stale", stale);
    element.classList.toggle("bw-editing", editing);
    element.classList.toggle("bw-in-tokens", drawing.tokens);
    element.classList.toggle("bw-long", drawing.scored.words.length > LONG);
    blocks.forEach(({ caption, field, element: block }, i) => {
      block.hidden = i === 1 && !paired;
      caption.hidden = !paired;
      field.hidden = !editing;
    });
    drawParts(drawing);
    mark(drawing);
  };
  return {
    element,
    blocks: blocks.map((block) => block.element),
    chosen: () => (stretch === null ? null : wordsOf(stretch)),
    elementOf: spanOf,
    draw,
  };
}

type Spans = ReadonlyMap<number, HTMLElement[]>;

function spansOf(layers: readonly { spans: Spans }[]): Spans {
  const [first, second] = layers;
  if (first === undefined || second === undefined || second.spans.size === 0)
    return first?.spans ?? new Map();
  return new Map([...first.spans, ...second.spans]);
}

function focusedWord(list: HTMLElement): number | null {
  const root = list.getRootNode();
  const active = root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null;
  if (!(active instanceof HTMLElement) || !list.contains(active)) return null;
  const word = active.dataset["word"];
  return word === undefined ? null : Number(word);
}

/** Selection, tab stop and pointers on the words; only what changes is touched. */
function makeMarks(): {
  draw: (spans: Spans, chosen: number[], stop: number | null, pointed: readonly number[]) => void;
  clear: () => void;
} {
  let worn = new Map<HTMLElement, string>();
  const draw = (
    spans: Spans,
    chosen: number[],
    wanted: number | null,
    pointed: readonly number[],
  ): void => {
    const stop = wanted !== null && spans.has(wanted) ? wanted : Math.min(...spans.keys());
    const [held, shown] = [new Set(chosen), new Set(pointed)];
    const now = new Map<HTMLElement, string>();
    for (const [word, parts] of spans) {
      parts.forEach((part, i) => {
        const tabindex = word === stop && i === 0 ? 0 : -1;
        const look = `${held.has(word)} ${tabindex} ${shown.has(word)}`;
        now.set(part, look);
        if (worn.get(part) === look && part.hasAttribute("tabindex")) return;
        setAttribute(part, "aria-selected", held.has(word) ? "true" : "false");
        setAttribute(part, "tabindex", tabindex);
        part.classList.toggle("bw-pointed", shown.has(word));
      });
    }
    worn = now;
  };
  return { draw, clear: () => worn.clear() };
}
