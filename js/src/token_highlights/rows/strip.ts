import { css } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { diverging } from "../../shared/color/scales.ts";
import type { Frame } from "../../shared/frame.ts";
import { makeCanvas } from "../../shared/plot/canvas.ts";
import { isUnderlined } from "../../shared/words.ts";
import type { Word } from "../words_state.ts";

interface StripDrawing {
  words: readonly Word[];
  scores: Float32Array;
  largest: number;
  palette: Palette;
  selected: number | null;
}

/** The start of each word as a share of the strip, followed by 1; words are as wide as their characters. */
export function placesIn(words: readonly Word[]): Float64Array {
  const places = new Float64Array(words.length + 1);
  words.forEach(({ start, end }, i) => {
    places[i + 1] = (places[i] ?? 0) + Math.max(1, end - start);
  });
  const all = places[words.length] || 1;
  return places.map((place) => place / all);
}

/** For each of `width` columns the strongest share among the words that touch it. */
export function columnsOf(
  places: Float64Array,
  scores: Float32Array,
  largest: number,
  width: number,
): Float32Array {
  const columns = new Float32Array(width);
  scores.forEach((score, i) => {
    const share = largest > 0 ? score / largest : 0;
    const from = Math.floor((places[i] ?? 0) * width);
    const to = Math.max(from + 1, Math.ceil((places[i + 1] ?? 0) * width));
    for (let x = from; x < Math.min(to, width); x++)
      if (Math.abs(share) > Math.abs(columns[x] ?? 0)) columns[x] = share;
  });
  return columns;
}

/** All words of a text as one line of colours. */
export function makeStrip(
  frame: Frame,
  actions: { hover: (word: number | null) => void; select: (word: number) => void },
): { element: HTMLElement; draw: (drawing: StripDrawing) => void } {
  let drawing: StripDrawing | null = null;
  let places: Float64Array = new Float64Array(1);
  const canvas = makeCanvas(frame, (ctx, width, height) => {
    if (drawing === null) return;
    const { scores, largest, palette, selected } = drawing;
    ctx.fillStyle = css(palette.surface);
    ctx.fillRect(0, 0, width, height);
    columnsOf(places, scores, largest, Math.floor(width)).forEach((share, x) => {
      if (Math.abs(share) < 0.01) return;
      ctx.fillStyle = css(diverging(palette, share));
      ctx.fillRect(x, 0, 1, height);
      if (!isUnderlined(share)) return;
      ctx.fillStyle = css(palette.negativeInk);
      ctx.fillRect(x, height - 2, 1, 2);
    });
    if (selected === null) return;
    const from = (places[selected] ?? 0) * width;
    const to = Math.max(from + 2, (places[selected + 1] ?? 0) * width);
    ctx.strokeStyle = css(palette.foreground);
    ctx.lineWidth = 1.5;
    ctx.strokeRect(from + 0.75, 0.75, to - from - 1.5, height - 1.5);
  });
  const element = canvas.place;
  element.classList.add("bw-strip");
  const wordAt = (event: PointerEvent | MouseEvent): number | null => {
    const { left, width } = element.getBoundingClientRect();
    const share = (event.clientX - left) / Math.max(1, width);
    const word = places.findIndex((place, i) => place <= share && share < (places[i + 1] ?? 0));
    return word < 0 ? null : word;
  };
  element.addEventListener("pointermove", (event) => actions.hover(wordAt(event)));
  element.addEventListener("pointerleave", () => actions.hover(null));
  element.addEventListener("click", (event) => {
    const word = wordAt(event);
    if (word !== null) actions.select(word);
  });
  return {
    element,
    draw: (next) => {
      drawing = next;
      places = placesIn(next.words);
      canvas.draw();
    },
  };
}
