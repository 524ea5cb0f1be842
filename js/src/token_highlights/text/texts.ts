import { signal } from "@preact/signals-core";
import { h, setAttribute } from "../../shared/dom.ts";
import type { Frame } from "../../shared/frame.ts";
import { differs } from "../../shared/model/read.ts";
import { follow } from "../../shared/reactive.ts";
import type { Store } from "../store.ts";
import { focusedWord, makeMarks, type Spans } from "./marks.ts";
import { makeMinimap } from "./minimap.ts";
import { LONG, makeTextLayer, partsOf, type TextDrawing } from "./text_view.ts";
import { listenToWords, type WordActions } from "./word_events.ts";

type Fields = readonly [HTMLTextAreaElement, HTMLTextAreaElement];

export interface TextsView {
  element: HTMLElement;
  /** The element of each text, for a picture of it. */
  blocks: readonly HTMLElement[];
  elementOf: (word: number) => HTMLElement | undefined;
}

/** Both texts as one list of words with one tab stop; the arrow keys move within it. */
export function makeTexts(
  frame: Frame,
  store: Store,
  fields: Fields,
  actions: WordActions,
): TextsView {
  const layers = [makeTextLayer(), makeTextLayer()] as const;
  const blocks = fields.map((field, i) => makeBlock(i === 0 ? 0 : 1, layers, field));
  const list = h("div", { class: "bw-texts" }, ...blocks.map(({ element }) => element));
  const minimap = makeMinimap(frame, list);
  const done = h("div", { class: "bw-done" });
  const working = h("div", { class: "bw-working" }, done);
  const element = h("div", { class: "bw-stage" }, working, list, minimap.element);
  const spans = signal<Spans>(new Map());
  const elementOf = (word: number): HTMLElement | undefined => spans.value.get(word)?.[0];
  const segmentAt = (event: Event): 0 | 1 => {
    const second = blocks[1]?.element;
    return second !== undefined && event.composedPath().includes(second) ? 1 : 0;
  };
  listenToWords({ list, segmentAt, elementOf }, store, actions);

  const { signal: closing } = frame;
  const changed = differs();
  follow(closing, () => {
    const drawing = store.drawing.value;
    const { texts, scored, tokens, largest, palette, editing } = drawing;
    drawStage(element, list, store);
    drawBlocks(blocks, drawing);
    const parts = [...texts, ...scored.texts, scored.words, scored.tokens, tokens, largest];
    if (!changed(...parts, editing, palette.background, palette.positive)) return;
    const focused = focusedWord(list);
    layers.forEach((layer, i) => {
      layer.draw(partsOf(i === 0 ? 0 : 1, drawing));
    });
    const shown = new Map([...layers[0].spans, ...layers[1].spans]);
    if (focused !== null && focusedWord(list) === null) shown.get(focused)?.[0]?.focus();
    minimap.draw(drawing, shown);
    spans.value = shown;
  });
  const marks = makeMarks();
  follow(closing, () => {
    if (store.drawing.value.editing) marks.clear();
    else
      marks.draw(spans.value, {
        selected: store.chosen.value,
        tabStop: store.stretch.value?.to ?? null,
        pointed:
          store.badgePointed.value && !store.stale.value ? store.scored.value.badgeWords : [],
      });
  });
  follow(closing, () => drawProgress(element, done, store));
  return { element, blocks: blocks.map((block) => block.element), elementOf };
}

interface Block {
  element: HTMLElement;
  caption: HTMLElement;
  field: HTMLTextAreaElement;
}

type Layers = readonly [{ element: HTMLElement }, { element: HTMLElement }];

function makeBlock(segment: 0 | 1, layers: Layers, field: HTMLTextAreaElement): Block {
  const caption = h("div", { class: "bw-caption" }, segment === 0 ? "First text" : "Second text");
  const stack = h("div", { class: "bw-stack" }, layers[segment].element, field);
  return { caption, field, element: h("div", { class: "bw-block" }, caption, stack) };
}

function drawBlocks(blocks: readonly Block[], { texts, scored, editing }: TextDrawing): void {
  const paired = texts[1] !== "" || scored.texts[1] !== "";
  blocks.forEach(({ element, caption, field }, i) => {
    element.hidden = i === 1 && !paired;
    caption.hidden = !paired;
    field.hidden = !editing;
  });
}

function drawStage(element: HTMLElement, list: HTMLElement, store: Store): void {
  const { editing, tokens, scored } = store.drawing.value;
  setAttribute(list, "role", editing ? null : "listbox");
  setAttribute(list, "aria-label", editing ? null : "Words and their scores");
  setAttribute(list, "aria-orientation", editing ? null : "horizontal");
  setAttribute(list, "aria-multiselectable", !editing && store.live.value ? "true" : null);
  element.classList.toggle("bw-stale", store.stale.value);
  element.classList.toggle("bw-editing", editing);
  element.classList.toggle("bw-in-tokens", tokens);
  element.classList.toggle("bw-long", scored.words.length > LONG);
}

/** The bar above the text: the completed share of the computation, if known. */
function drawProgress(element: HTMLElement, done: HTMLElement, store: Store): void {
  const working = store.working.value;
  const { refining, progress } = store.state.value;
  const share = refining || working ? progress : 0;
  setAttribute(element, "aria-busy", working ? "true" : null);
  element.classList.toggle("bw-computing", working || share > 0);
  element.classList.toggle("bw-counted", share > 0);
  done.style.width = `${100 * share}%`;
}
