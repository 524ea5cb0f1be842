import { codePoints, slice } from "../shared/codepoints.ts";
import { css } from "../shared/color.ts";
import { h, setAttribute } from "../shared/dom.ts";
import { digitsFor, signed } from "../shared/format.ts";
import type { Palette } from "../shared/palette.ts";
import { diverging } from "../shared/scales.ts";
import { type Item, itemsOf, runsOf, specialsOf } from "./items.ts";
import type { Highlights } from "./state.ts";

/** Below these shares of the largest score a highlight gets no underline, and no colour. */
const UNDERLINED = 0.1;
const COLOURED = 0.01;

export interface TextDrawing {
  /** The texts as they stand, edits included. */
  texts: readonly [string, string];
  scored: Highlights;
  pieces: boolean;
  largest: number;
  palette: Palette;
  /** The textarea lies over the text: highlights only, nothing to reach by keyboard. */
  editing: boolean;
}

/** One of the two texts, drawn from the original string, with a span for every highlighted stretch. */
export function drawText(
  segment: 0 | 1,
  drawing: TextDrawing,
): { nodes: Node[]; spans: Map<number, HTMLElement[]> } {
  const { texts, scored, pieces, editing } = drawing;
  const text = texts[segment];
  const points = codePoints(text);
  const items = itemsOf(scored, segment, pieces);
  const spans = new Map<number, HTMLElement[]>();
  const nodes: Node[] = [];
  let position = 0;
  let last: HTMLElement | null = null;
  for (const { start, end, items: members } of runsOf(items, scored.texts[segment], text)) {
    const inRun = members.flatMap((member) => items[member] ?? []);
    const span = highlight(slice(points, start, end), inRun, drawing);
    if (position < start) nodes.push(document.createTextNode(slice(points, position, start)));
    else if (last !== null) {
      last.classList.add("bw-before-neighbour");
      span.classList.add("bw-after-neighbour");
    }
    last = span;
    for (const { word } of inRun) {
      if (word !== null) spans.set(word, [...(spans.get(word) ?? []), span]);
    }
    nodes.push(span);
    position = end;
  }
  // The last line of a textarea counts even while empty; the zero-width space gives it a height here.
  nodes.push(document.createTextNode(`${slice(points, position, points.length)}\u200b`));
  if (!pieces || editing) return { nodes, spans };
  const { before, after } = specialsOf(scored, segment);
  const chip = (item: Item): HTMLElement => {
    const span = highlight(item.label, [item], drawing);
    span.classList.add("bw-special");
    span.title = `${item.label} ${signed(item.score, digitsFor(drawing.largest))}`;
    return span;
  };
  return { nodes: [...before.map(chip), ...nodes, ...after.map(chip)], spans };
}

function highlight(text: string, items: readonly Item[], drawing: TextDrawing): HTMLElement {
  const { largest, palette, editing } = drawing;
  const score = items.reduce((sum, item) => sum + item.score, 0);
  const share = largest > 0 ? score / largest : 0;
  const span = h("span", { class: "bw-word" }, text);
  const word = items[0]?.word ?? null;
  if (word !== null && !editing) {
    setAttribute(span, "role", "option");
    setAttribute(span, "data-word", word);
    setAttribute(span, "aria-label", `${text} ${signed(score, digitsFor(largest))}`);
  }
  if (Math.abs(share) >= COLOURED) {
    span.style.backgroundColor = css(diverging(palette, share));
  }
  if (share <= -UNDERLINED) span.classList.add("bw-negative");
  return span;
}
