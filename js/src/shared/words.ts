import { codePoints, type Run, slice } from "./codepoints.ts";
import { css } from "./color.ts";
import { h } from "./dom.ts";
import type { Palette } from "./palette.ts";
import { diverging } from "./scales.ts";

/** Below these shares of the largest score a highlight gets no underline, and no colour. */
const UNDERLINED = 0.1;
const COLOURED = 0.01;

/** A stretch of text in the colour of its signed share (-1 to 1) of the largest score. */
export function highlighted(text: string, share: number, palette: Palette): HTMLElement {
  const span = h("span", { class: "bw-word" }, text);
  if (Math.abs(share) >= COLOURED) span.style.backgroundColor = css(diverging(palette, share));
  if (share <= -UNDERLINED) span.classList.add("bw-negative");
  return span;
}

/** The whole text: the span that `draw` makes of each run, and what stands between them as it is. */
export function spanned(
  text: string,
  runs: readonly Run[],
  draw: (text: string, items: number[]) => HTMLElement,
): Node[] {
  const points = codePoints(text);
  const nodes: Node[] = [];
  let position = 0;
  let last: HTMLElement | null = null;
  for (const { start, end, items } of runs) {
    const span = draw(slice(points, start, end), items);
    if (position < start) nodes.push(document.createTextNode(slice(points, position, start)));
    else if (last !== null) {
      last.classList.add("bw-before-neighbour");
      span.classList.add("bw-after-neighbour");
    }
    last = span;
    nodes.push(span);
    position = end;
  }
  nodes.push(document.createTextNode(slice(points, position, points.length)));
  return nodes;
}
