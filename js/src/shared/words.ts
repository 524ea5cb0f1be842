import { codePoints, type Run, slice } from "./codepoints.ts";
import { css } from "./color/color.ts";
import type { Palette } from "./color/palette.ts";
import { diverging } from "./color/scales.ts";
import { h } from "./dom.ts";

/** Below these shares of the largest score a highlight gets no underline, and no colour. */
const UNDERLINED = 0.1;
const COLOURED = 0.01;

/** The colour behind a signed share (-1 to 1) of the largest score; none where it is close to zero. */
export function highlightOf(share: number, palette: Palette): string {
  return Math.abs(share) >= COLOURED ? css(diverging(palette, share)) : "";
}

export function isUnderlined(share: number): boolean {
  return share <= -UNDERLINED;
}

/** A stretch of text in the colour of its signed share (-1 to 1) of the largest score. */
export function highlighted(text: string, share: number, palette: Palette): HTMLElement {
  const span = h("span", { class: "bw-word" }, text);
  span.style.backgroundColor = highlightOf(share, palette);
  span.classList.toggle("bw-negative", isUnderlined(share));
  return span;
}

/** A stretch of text: a highlight with its items, or the plain text between highlights (no items). */
export interface Stretch {
  text: string;
  items: readonly number[];
  /** It is highlighted, and so is the stretch directly before or after it. */
  before: boolean;
  after: boolean;
}

/** The whole text, cut at its runs. */
export function stretchesOf(text: string, runs: readonly Run[]): Stretch[] {
  const points = codePoints(text);
  const stretches: Stretch[] = [];
  let position = 0;
  const plain = (end: number): void => {
    if (position >= end) return;
    const between = slice(points, position, end);
    stretches.push({ text: between, items: [], before: false, after: false });
  };
  for (const { start, end, items } of runs) {
    plain(start);
    const last = stretches.at(-1);
    const after = last !== undefined && last.items.length > 0;
    if (after) last.before = true;
    stretches.push({ text: slice(points, start, end), items, before: false, after });
    position = end;
  }
  plain(points.length);
  return stretches;
}

/** The whole text: the span that `draw` makes of each run, and the text between them unchanged. */
export function spanned(
  text: string,
  runs: readonly Run[],
  draw: (text: string, items: readonly number[]) => HTMLElement,
): Node[] {
  return stretchesOf(text, runs).map((stretch) => {
    if (stretch.items.length === 0) return document.createTextNode(stretch.text);
    const span = draw(stretch.text, stretch.items);
    span.classList.toggle("bw-before-neighbour", stretch.before);
    span.classList.toggle("bw-after-neighbour", stretch.after);
    return span;
  });
}
