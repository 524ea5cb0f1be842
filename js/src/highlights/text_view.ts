import { setAttribute } from "../shared/dom.ts";
import { digitsFor, signed } from "../shared/format.ts";
import type { Palette } from "../shared/palette.ts";
import { highlighted, spanned } from "../shared/words.ts";
import { type Item, itemsOf, runsOf, specialsOf } from "./items.ts";
import type { Highlights } from "./state.ts";

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
  const items = itemsOf(scored, segment, pieces);
  const spans = new Map<number, HTMLElement[]>();
  const runs = runsOf(items, scored.texts[segment], text);
  const nodes = spanned(text, runs, (stretch, members) => {
    const inRun = members.flatMap((member) => items[member] ?? []);
    const span = highlight(stretch, inRun, drawing);
    for (const { word } of inRun) {
      if (word !== null) spans.set(word, [...(spans.get(word) ?? []), span]);
    }
    return span;
  });
  // The last line of a textarea counts even while empty; the zero-width space gives it a height here.
  nodes.push(document.createTextNode("\u200b"));
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
  const span = highlighted(text, largest > 0 ? score / largest : 0, palette);
  const word = items[0]?.word ?? null;
  if (word !== null && !editing) {
    setAttribute(span, "role", "option");
    setAttribute(span, "data-word", word);
    setAttribute(span, "aria-label", `${text} ${signed(score, digitsFor(largest))}`);
  }
  return span;
}
