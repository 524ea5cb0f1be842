import { codePoints, slice } from "../shared/codepoints.ts";
import { h, setAttribute } from "../shared/dom.ts";
import { drawText, type TextDrawing } from "./text_view.ts";

interface TextsActions {
  select: (word: number | null) => void;
  edit: (segment: 0 | 1, caret: number | null) => void;
  hover: (word: number | null) => void;
}

export interface TextsDrawing extends TextDrawing {
  selected: number | null;
  stale: boolean;
  working: boolean;
  editable: boolean;
}

type Fields = readonly [HTMLTextAreaElement, HTMLTextAreaElement];

/** Both texts as one list of words: one tab stop, arrow keys within. */
export function makeTexts(
  fields: Fields,
  actions: TextsActions,
): { element: HTMLElement; draw: (drawing: TextsDrawing) => void } {
  const blocks = fields.map((field, i) => {
    const layer = h("div", { class: "bw-text", dir: "auto" });
    const caption = h("div", { class: "bw-caption" }, i === 0 ? "First text" : "Second text");
    const stack = h("div", { class: "bw-stack" }, layer, field);
    return { layer, caption, field, element: h("div", { class: "bw-block" }, caption, stack) };
  });
  const list = h("div", { class: "bw-texts" }, ...blocks.map(({ element }) => element));
  const element = h("div", { class: "bw-stage" }, h("div", { class: "bw-working" }), list);
  let drawn: TextsDrawing | null = null;
  let drawnKey = "";
  let spans = new Map<number, HTMLElement[]>();

  const wordAt = (event: Event): number | null => {
    for (const node of event.composedPath()) {
      if (node === list) return null;
      if (node instanceof HTMLElement && node.dataset["word"] !== undefined)
        return Number(node.dataset["word"]);
    }
    return null;
  };
  const segmentAt = (event: Event): 0 | 1 => {
    const second = blocks[1]?.element;
    return second !== undefined && event.composedPath().includes(second) ? 1 : 0;
  };

  list.addEventListener("click", (event) => {
    const word = wordAt(event);
    if (word === null || drawn?.editing) return;
    actions.select(word);
    spans.get(word)?.[0]?.focus();
  });
  list.addEventListener("dblclick", (event) => {
    if (drawn === null || drawn.editing || !drawn.editable) return;
    const segment = segmentAt(event);
    const word = drawn.scored.words[wordAt(event) ?? -1];
    const before = word && slice(codePoints(drawn.texts[segment]), 0, word.end);
    event.preventDefault();
    actions.edit(segment, before?.length ?? null);
  });
  list.addEventListener("pointerover", (event) => actions.hover(wordAt(event)));
  list.addEventListener("pointerleave", () => actions.hover(null));
  list.addEventListener("keydown", (event) => {
    if (drawn === null || drawn.editing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "e" && drawn.editable) actions.edit(segmentAt(event), null);
    else if (event.key === "Escape") actions.select(null);
    else {
      const next = wordAfter(event, wordAt(event), drawn.scored.words.length);
      if (next === null) return;
      actions.hover(null);
      actions.select(next);
      spans.get(next)?.[0]?.focus();
    }
    event.preventDefault();
    event.stopPropagation();
  });

  /** The nodes stay while only the selection moves: a double click needs its word to stay in place. */
  const drawSpans = (drawing: TextsDrawing): void => {
    const { selected: _, scored, ...rest } = drawing;
    const key = JSON.stringify([rest, scored.texts, scored.words, scored.pieces]);
    if (key === drawnKey) return;
    drawnKey = key;
    const focused = focusedWord(list);
    spans = new Map();
    blocks.forEach(({ layer }, i) => {
      const { nodes, spans: own } = drawText(i === 0 ? 0 : 1, drawing);
      layer.replaceChildren(...nodes);
      for (const [word, parts] of own) spans.set(word, parts);
    });
    if (focused !== null) spans.get(focused)?.[0]?.focus();
  };
  const draw = (drawing: TextsDrawing): void => {
    drawn = drawing;
    const paired = drawing.texts[1] !== "" || drawing.scored.texts[1] !== "";
    setAttribute(list, "role", drawing.editing ? null : "listbox");
    setAttribute(list, "aria-label", drawing.editing ? null : "Words and their scores");
    setAttribute(list, "aria-orientation", drawing.editing ? null : "horizontal");
    setAttribute(element, "aria-busy", drawing.working ? "true" : null);
    element.classList.toggle("bw-at-work", drawing.working);
    element.classList.toggle("bw-stale", drawing.stale);
    element.classList.toggle("bw-editing", drawing.editing);
    element.classList.toggle("bw-in-pieces", drawing.pieces);
    blocks.forEach(({ caption, field, element: block }, i) => {
      block.hidden = i === 1 && !paired;
      caption.hidden = !paired;
      field.hidden = !drawing.editing;
    });
    drawSpans(drawing);
    mark(spans, drawing.selected, drawing.editing);
  };
  return { element, draw };
}

function focusedWord(list: HTMLElement): number | null {
  const root = list.getRootNode();
  const active = root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null;
  if (!(active instanceof HTMLElement) || !list.contains(active)) return null;
  const word = active.dataset["word"];
  return word === undefined ? null : Number(word);
}

function mark(spans: Map<number, HTMLElement[]>, selected: number | null, editing: boolean): void {
  if (editing) return;
  const stop = selected !== null && spans.has(selected) ? selected : Math.min(...spans.keys());
  for (const [word, parts] of spans) {
    parts.forEach((part, i) => {
      setAttribute(part, "aria-selected", word === selected ? "true" : "false");
      setAttribute(part, "tabindex", word === stop && i === 0 ? 0 : -1);
    });
  }
}

/** The word an arrow, Home or End key leads to; arrows follow the direction of the script. */
function wordAfter(event: KeyboardEvent, from: number | null, count: number): number | null {
  if (count === 0) return null;
  const target = event.target instanceof Element ? event.target : null;
  const leftwards = target !== null && getComputedStyle(target).direction === "rtl";
  const forward = leftwards ? "ArrowLeft" : "ArrowRight";
  const backward = leftwards ? "ArrowRight" : "ArrowLeft";
  const last = count - 1;
  if (event.key === "Home") return 0;
  if (event.key === "End") return last;
  if (event.key === forward) return from === null ? 0 : Math.min(last, from + 1);
  if (event.key === backward) return from === null ? last : Math.max(0, from - 1);
  return null;
}
