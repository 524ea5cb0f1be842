import { h } from "../shared/dom.ts";
import type { Frame } from "../shared/frame.ts";
import type { Palette } from "../shared/palette.ts";
import { type Layout, layOut, type Place, placeAt } from "./layout.ts";
import { imageOf, LABEL_SIZE, paint } from "./paint.ts";
import type { Attention, Weights } from "./state.ts";

const WIDEST_LABEL = 96;
const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface MatrixActions {
  pointed: (cursor: Place | null) => void;
  select: (word: number | null) => void;
  laidOut: (layout: Layout) => void;
}

/** The canvas: only what is in view is drawn, and the axes stay while the matrix scrolls. */
export function makeMatrix(
  frame: Frame,
  actions: MatrixActions,
): { element: HTMLElement; draw: (state: Attention) => void } {
  const canvas = h("canvas", {
    class: "bw-canvas",
    tabindex: 0,
    role: "application",
    "aria-label": "Attention matrix: arrow keys move from cell to cell, Enter selects the word",
  });
  const spacer = h("div", { class: "bw-spacer" }, canvas);
  const element = h("div", { class: "bw-scroller" }, spacer);
  const context = canvas.getContext("2d");
  let state: Attention | null = null;
  let layout: Layout | null = null;
  let cursor: Place | null = null;
  let cached: { weights: Weights; palette: Palette; image: HTMLCanvasElement } | null = null;
  let pending = 0;

  const image = (): HTMLCanvasElement | null => {
    const weights = state?.weights;
    if (state === null || !weights) return null;
    const { palette } = frame;
    if (cached?.weights !== weights || cached.palette !== palette) {
      cached = { weights, palette, image: imageOf(weights, state.tokens.length, palette) };
    }
    return cached.image;
  };
  const repaint = (): void => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => {
      if (context === null || state === null || layout === null) return;
      const ratio = devicePixelRatio || 1;
      const [width, height] = [
        Math.round(layout.viewWidth * ratio),
        Math.round(layout.viewHeight * ratio),
      ];
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const scroll = { left: element.scrollLeft, top: element.scrollTop };
      const fontFamily = getComputedStyle(canvas).fontFamily;
      const { palette } = frame;
      paint(context, {
        state,
        layout,
        scroll,
        cursor,
        palette,
        fontFamily,
        image: image(),
      });
    });
  };
  const relayout = (): void => {
    const available = Math.floor(frame.body.clientWidth);
    if (state === null || available === 0) return;
    layout = layOut(
      available,
      state.tokens.length,
      labelWidth(context, state.tokens, canvas, 0.22 * available),
    );
    const { viewWidth, viewHeight, width, height } = layout;
    element.style.width = `${viewWidth}px`;
    element.style.height = `${viewHeight}px`;
    spacer.style.width = `${width}px`;
    spacer.style.height = `${height}px`;
    // Scroll bars, where the platform gives them room, take it from the view.
    layout.viewWidth = Math.min(viewWidth, element.clientWidth || viewWidth);
    layout.viewHeight = Math.min(viewHeight, element.clientHeight || viewHeight);
    canvas.style.width = `${layout.viewWidth}px`;
    canvas.style.height = `${layout.viewHeight}px`;
    actions.laidOut(layout);
    repaint();
  };
  const point = (next: Place | null): void => {
    if (next?.row === cursor?.row && next?.column === cursor?.column) return;
    cursor = next;
    actions.pointed(cursor);
    repaint();
  };
  const wordOf = (token: number | null): number | null => {
    const word = token === null ? -1 : (state?.tokenWords[token] ?? -1);
    return word === -1 ? null : word;
  };
  const under = (event: MouseEvent): Place | null => {
    if (layout === null) return null;
    const box = canvas.getBoundingClientRect();
    const scroll = { left: element.scrollLeft, top: element.scrollTop };
    return placeAt(layout, event.clientX - box.left, event.clientY - box.top, scroll);
  };
  const reveal = ({ row, column }: Place): void => {
    if (layout === null) return;
    const { cell, left, top, viewWidth, viewHeight } = layout;
    element.scrollLeft = kept(element.scrollLeft, (column ?? 0) * cell, cell, viewWidth - left);
    element.scrollTop = kept(element.scrollTop, (row ?? 0) * cell, cell, viewHeight - top);
  };

  canvas.addEventListener("pointermove", (event) => point(under(event)));
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("click", (event) => {
    const place = under(event);
    if (place !== null) actions.select(wordOf(place.row ?? place.column));
  });
  canvas.addEventListener("blur", () => point(null));
  canvas.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const count = state?.tokens.length ?? 0;
    if (count === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (step !== undefined) {
      const move = (from: number | null | undefined, by: number): number =>
        from === null || from === undefined ? 0 : Math.min(count - 1, Math.max(0, from + by));
      const next = { row: move(cursor?.row, step[0]), column: move(cursor?.column, step[1]) };
      reveal(next);
      point(next);
    } else if (event.key === "Enter" || event.key === " ") {
      actions.select(wordOf(cursor?.row ?? cursor?.column ?? null));
    } else if (event.key === "Escape") {
      actions.select(null);
      point(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  element.addEventListener("scroll", repaint, { passive: true });
  const observer = new ResizeObserver(relayout);
  observer.observe(frame.body);
  frame.signal.addEventListener("abort", () => {
    observer.disconnect();
    cancelAnimationFrame(pending);
  });

  const draw = (next: Attention): void => {
    const same = state !== null && state.tokens.join("\n") === next.tokens.join("\n");
    if (same && state?.weights && next.weights && sameWeights(state.weights, next.weights)) {
      next.weights = state.weights;
    }
    state = next;
    if (!same) cursor = null;
    if (same && layout !== null) repaint();
    else relayout();
  };
  return { element, draw };
}

/** Reading the traits copies the bytes; the painted image is kept while they say the same. */
function sameWeights(one: Weights, other: Weights): boolean {
  return (
    one.scale === other.scale &&
    one.bytes.length === other.bytes.length &&
    one.bytes.every((byte, i) => byte === other.bytes[i])
  );
}

function labelWidth(
  context: CanvasRenderingContext2D | null,
  tokens: readonly string[],
  canvas: HTMLCanvasElement,
  room: number,
): number {
  if (context === null) return WIDEST_LABEL;
  context.font = `600 ${LABEL_SIZE}px ${getComputedStyle(canvas).fontFamily}`;
  const widest = Math.max(0, ...tokens.map((token) => context.measureText(token).width));
  return Math.min(WIDEST_LABEL, widest, room);
}

/** The scroll position closest to the present one that shows a cell wholly. */
function kept(scroll: number, start: number, size: number, extent: number): number {
  return Math.min(start, Math.max(scroll, start + size - extent));
}
