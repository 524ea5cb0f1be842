import { h } from "../shared/dom.ts";
import type { Frame } from "../shared/frame.ts";
import type { Palette } from "../shared/palette.ts";
import { canvasPen, type Pen } from "./pen.ts";

/** Lengths in CSS pixels. The axes stay in place while the rest scrolls. */
export interface Scene {
  /** The whole drawing, and the part of it that is on screen. */
  width: number;
  height: number;
  viewWidth: number;
  viewHeight: number;
  /** Space for the axes. */
  left: number;
  top: number;
  /** Lengths per token, by which zooming keeps the point under the pointer in place. */
  across: number;
  down: number;
}

export interface Scroll {
  left: number;
  top: number;
}

export interface Point {
  x: number;
  y: number;
}

interface Parts {
  label: string;
  /** Computes the layout for a width; null if there is nothing to draw. */
  layOut: (available: number, pen: Pen) => Scene | null;
  paint: (pen: Pen, palette: Palette) => void;
  pointed: (at: Point | null) => void;
  pressed: (at: Point, event: MouseEvent) => void;
  /** Returns whether the key was handled. */
  key: (event: KeyboardEvent) => boolean;
  /** Zooms in (1), out (-1) or to fit (0), and returns whether anything changed. */
  zoom?: (by: 1 | 0 | -1) => boolean;
}

export interface Stage {
  element: HTMLElement;
  canvas: HTMLCanvasElement;
  relayout: () => void;
  repaint: () => void;
  zoom: (by: 1 | 0 | -1) => void;
  scroll: () => Scroll;
  reveal: (x: [number, number] | null, y: [number, number] | null) => void;
  pen: () => Pen | null;
}

const DRAG = 4;
const ZOOM_KEYS: Record<string, 1 | 0 | -1> = { "+": 1, "=": 1, "-": -1, "0": 0 };
const WHEEL_STEP = 40;

/** A canvas of the visible size, in a scroll area of the full size. */
export function makeStage(frame: Frame, parts: Parts): Stage {
  const canvas = h("canvas", {
    class: "bw-canvas",
    tabindex: 0,
    role: "application",
    "aria-label": parts.label,
  });
  const spacer = h("div", { class: "bw-spacer" }, canvas);
  const element = h("div", { class: "bw-scroller" }, spacer);
  const context = canvas.getContext("2d");
  let scene: Scene | null = null;
  let pending = 0;

  const pen = (): Pen | null =>
    context === null ? null : canvasPen(context, getComputedStyle(frame.body).fontFamily);
  const scroll = (): Scroll => ({ left: element.scrollLeft, top: element.scrollTop });

  const paint = (): void => {
    pending = 0;
    const drawing = pen();
    if (context === null || drawing === null || scene === null) return;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [
      Math.round(scene.viewWidth * ratio),
      Math.round(scene.viewHeight * ratio),
    ];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, scene.viewWidth, scene.viewHeight);
    parts.paint(drawing, frame.palette);
  };
  const repaint = (): void => {
    pending ||= requestAnimationFrame(paint);
  };
  const relayout = (): void => {
    const available = Math.floor(frame.body.clientWidth);
    const drawing = pen();
    if (available === 0 || drawing === null || !element.isConnected) return;
    scene = parts.layOut(available, drawing);
    if (scene === null) return;
    const { viewWidth, viewHeight, width, height } = scene;
    element.style.width = `${viewWidth}px`;
    element.style.height = `${viewHeight}px`;
    spacer.style.width = `${width}px`;
    spacer.style.height = `${height}px`;
    // On some platforms scroll bars take up space of the view.
    scene.viewWidth = Math.min(viewWidth, element.clientWidth || viewWidth);
    scene.viewHeight = Math.min(viewHeight, element.clientHeight || viewHeight);
    canvas.style.width = `${scene.viewWidth}px`;
    canvas.style.height = `${scene.viewHeight}px`;
    repaint();
  };
  const zoomAt = (by: 1 | 0 | -1, at: Point | null): void => {
    const before = scene;
    if (before === null || !parts.zoom?.(by)) return;
    const x = (at?.x ?? before.viewWidth / 2) - before.left;
    const y = (at?.y ?? before.viewHeight / 2) - before.top;
    const { left, top } = scroll();
    relayout();
    if (scene === null) return;
    element.scrollLeft = ((left + x) * scene.across) / before.across - x;
    element.scrollTop = ((top + y) * scene.down) / before.down - y;
  };
  const reveal: Stage["reveal"] = (x, y) => {
    if (scene === null) return;
    const { left, top, viewWidth, viewHeight } = scene;
    if (x) element.scrollLeft = kept(element.scrollLeft, x[0], x[1], viewWidth - left);
    if (y) element.scrollTop = kept(element.scrollTop, y[0], y[1], viewHeight - top);
  };
  const under = (event: MouseEvent): Point => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  /** The position of the pointer, under which the drawing moves as it scrolls. */
  let resting: Point | null = null;
  const rest = (at: Point | null): void => {
    resting = at;
    parts.pointed(at);
  };
  makeDraggable(canvas, element, {
    moved: (event) => rest(under(event)),
    pressed: (event) => parts.pressed(under(event), event),
  });
  canvas.addEventListener("pointerleave", () => rest(null));
  canvas.addEventListener("blur", () => rest(null));
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    resting = null;
    const by = ZOOM_KEYS[event.key];
    if (by !== undefined && parts.zoom) zoomAt(by, null);
    else if (!parts.key(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  let turned = 0;
  element.addEventListener("wheel", (event) => {
    if (!(event.ctrlKey || event.metaKey) || !parts.zoom) return;
    event.preventDefault();
    turned += event.deltaY;
    if (Math.abs(turned) < WHEEL_STEP) return;
    zoomAt(turned < 0 ? 1 : -1, under(event));
    turned = 0;
  });
  const scrolled = (): void => {
    if (resting !== null) parts.pointed(resting);
    repaint();
  };
  element.addEventListener("scroll", scrolled, { passive: true });
  const observer = new ResizeObserver(relayout);
  observer.observe(frame.body);
  frame.signal.addEventListener("abort", () => {
    observer.disconnect();
    cancelAnimationFrame(pending);
  });
  return {
    element,
    canvas,
    relayout,
    repaint,
    zoom: (by) => zoomAt(by, null),
    scroll,
    reveal,
    pen,
  };
}

interface Drags {
  moved: (event: PointerEvent) => void;
  pressed: (event: MouseEvent) => void;
}

/** A drag scrolls the view; a press without movement is a click. */
function makeDraggable(canvas: HTMLCanvasElement, scroller: HTMLElement, drags: Drags): void {
  let last: PointerEvent | null = null;
  let dragged = false;
  canvas.addEventListener("pointerdown", (event) => {
    dragged = false;
    if (event.button === 0 && event.pointerType === "mouse") last = event;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (last === null || (event.buttons & 1) === 0) {
      last = null;
      drags.moved(event);
      return;
    }
    const [x, y] = [event.clientX - last.clientX, event.clientY - last.clientY];
    if (!dragged && Math.hypot(x, y) < DRAG) return;
    if (!dragged) canvas.setPointerCapture(event.pointerId);
    dragged = true;
    scroller.scrollBy(-x, -y);
    last = event;
  });
  canvas.addEventListener("pointerup", () => {
    last = null;
  });
  canvas.addEventListener("click", (event) => {
    if (!dragged) drags.pressed(event);
  });
}

/** The scroll position closest to the current one that shows a range completely. */
function kept(scroll: number, start: number, size: number, extent: number): number {
  return Math.min(start, Math.max(scroll, start + size - extent));
}
