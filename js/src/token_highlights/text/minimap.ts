import { css } from "../../shared/color/color.ts";
import { diverging } from "../../shared/color/scales.ts";
import { h } from "../../shared/dom.ts";
import type { Frame } from "../../shared/frame.ts";
import type { TextDrawing } from "./text_view.ts";

interface Mark {
  x: number;
  y: number;
  width: number;
  height: number;
  color: string;
}

/** An overview of a long text beside its scrolling list: the strong words and the part in view. */
export function makeMinimap(
  frame: Frame,
  list: HTMLElement,
): {
  element: HTMLElement;
  draw: (drawing: TextDrawing, spans: ReadonlyMap<number, HTMLElement[]>) => void;
} {
  const canvas = h("canvas");
  const view = h("div", { class: "bw-minimap-view" });
  const element = h(
    "div",
    { class: "bw-minimap", "aria-hidden": "true", hidden: true },
    canvas,
    view,
  );
  let last: Parameters<typeof draw> | null = null;

  const follow = (): void => {
    const share = element.clientHeight / Math.max(1, list.scrollHeight);
    view.style.top = `${list.scrollTop * share}px`;
    view.style.height = `${list.clientHeight * share}px`;
  };
  const draw = (drawing: TextDrawing, spans: ReadonlyMap<number, HTMLElement[]>): void => {
    last = [drawing, spans];
    // It does not change while the text is edited, so that the text keeps its width.
    if (drawing.editing) return;
    const long = list.scrollHeight > list.clientHeight + 8;
    element.hidden = !long;
    if (!long) return;
    paint(canvas, element, marksOf(drawing, spans, list), list);
    follow();
  };

  list.addEventListener("scroll", follow, { passive: true });
  scrollByDragging(element, list);
  const observer = new ResizeObserver(() => {
    if (last !== null) draw(...last);
  });
  observer.observe(list);
  frame.signal.addEventListener("abort", () => observer.disconnect());
  return { element, draw };
}

function paint(
  canvas: HTMLCanvasElement,
  { clientWidth: width, clientHeight: height }: HTMLElement,
  marks: readonly Mark[],
  list: HTMLElement,
): void {
  const ctx = canvas.getContext("2d");
  if (ctx === null || width === 0) return;
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  ctx.scale(ratio, ratio);
  const [across, down] = [width / list.scrollWidth, height / list.scrollHeight];
  for (const { x, y, width: w, height: t, color } of marks) {
    ctx.fillStyle = color;
    ctx.fillRect(x * across, y * down, Math.max(1, w * across), Math.max(1, t * down * 0.7));
  }
}

/** A press or a drag on the overview scrolls the list to that part of the text. */
function scrollByDragging(element: HTMLElement, list: HTMLElement): void {
  const scrollTo = (event: PointerEvent): void => {
    const { top, height } = element.getBoundingClientRect();
    const share = (event.clientY - top) / Math.max(1, height);
    list.scrollTop = share * list.scrollHeight - list.clientHeight / 2;
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    scrollTo(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) scrollTo(event);
  });
}

/** The position of every word in the list, in view or not, and its colour. */
function marksOf(
  { palette, largest, scored }: TextDrawing,
  spans: ReadonlyMap<number, HTMLElement[]>,
  list: HTMLElement,
): Mark[] {
  const quiet = css(palette.track);
  const { offsetLeft: left, offsetTop: top } = list;
  return [...spans].flatMap(([word, parts]) => {
    const score = scored.words[word]?.score ?? 0;
    const share = largest > 0 ? score / largest : 0;
    const color = Math.abs(share) < 0.08 ? quiet : css(diverging(palette, strengthened(share)));
    return parts.map(({ offsetLeft, offsetTop, offsetWidth, offsetHeight }) => ({
      x: offsetLeft - left,
      y: offsetTop - top,
      width: offsetWidth,
      height: offsetHeight,
      color,
    }));
  });
}

/** Small marks need a stronger colour than words to be visible. */
function strengthened(share: number): number {
  return Math.sign(share) * Math.abs(share) ** 0.6;
}
