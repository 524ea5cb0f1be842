import type { Palette } from "../../shared/color/palette.ts";
import { h } from "../../shared/dom.ts";
import type { Frame } from "../../shared/frame.ts";
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

export interface StageParts {
  label: string;
  /** Computes the layout for a width; null if there is nothing to draw. */
  layOut: (available: number, pen: Pen) => Scene | null;
  paint: (pen: Pen, palette: Palette) => void;
  pointed: (point: Point | null) => void;
  pressed: (point: Point, event: MouseEvent) => void;
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
export function makeStage(frame: Frame, parts: StageParts): Stage {
  const surface = makeSurface(frame, parts);
  const { element, canvas, relayout, repaint } = surface;
  const zoomAt = (by: 1 | 0 | -1, point: Point | null): void => {
    const before = surface.scene();
    if (before === null || !parts.zoom?.(by)) return;
    const { left, top } = surface.scroll();
    relayout();
    const after = surface.scene();
    if (after === null) return;
    const x = (point?.x ?? before.viewWidth / 2) - before.left;
    const y = (point?.y ?? before.viewHeight / 2) - before.top;
    element.scrollLeft = ((left + x) * after.across) / before.across - x;
    element.scrollTop = ((top + y) * after.down) / before.down - y;
  };
  const reveal: Stage["reveal"] = (x, y) => {
    const scene = surface.scene();
    if (scene === null) return;
    const { left, top, viewWidth, viewHeight } = scene;
    if (x) element.scrollLeft = nearestScroll(element.scrollLeft, x[0], x[1], viewWidth - left);
    if (y) element.scrollTop = nearestScroll(element.scrollTop, y[0], y[1], viewHeight - top);
  };
  followPointer(surface, parts);
  if (parts.zoom) followWheel(element, (by, event) => zoomAt(by, pointIn(canvas, event)));
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = ZOOM_KEYS[event.key];
    if (by !== undefined && parts.zoom) zoomAt(by, null);
    else if (!parts.key(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  const { scroll, pen } = surface;
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

interface Surface
  extends Pick<Stage, "element" | "canvas" | "relayout" | "repaint" | "scroll" | "pen"> {
  scene: () => Scene | null;
}

/** The canvas and its scroll area, laid out again when the widget is resized. */
function makeSurface(frame: Frame, { label, layOut, paint }: StageParts): Surface {
  const canvas = h("canvas", {
    class: "bw-canvas",
    tabindex: 0,
    role: "application",
    "aria-label": label,
  });
  const spacer = h("div", { class: "bw-spacer" }, canvas);
  const element = h("div", { class: "bw-scroller" }, spacer);
  const context = canvas.getContext("2d");
  let scene: Scene | null = null;
  let pending = 0;
  const pen = (): Pen | null =>
    context === null ? null : canvasPen(context, getComputedStyle(frame.body).fontFamily);
  const repaint = (): void => {
    pending ||= requestAnimationFrame(() => {
      pending = 0;
      const drawing = pen();
      if (context === null || drawing === null || scene === null) return;
      clear(context, scene);
      paint(drawing, frame.palette);
    });
  };
  const relayout = (): void => {
    const available = Math.floor(frame.body.clientWidth);
    const drawing = pen();
    if (available === 0 || drawing === null || !element.isConnected) return;
    scene = layOut(available, drawing);
    if (scene === null) return;
    const { viewWidth, viewHeight, width, height } = scene;
    setSize(element, viewWidth, viewHeight);
    setSize(spacer, width, height);
    // On some platforms scroll bars take up space of the view.
    scene.viewWidth = Math.min(viewWidth, element.clientWidth || viewWidth);
    scene.viewHeight = Math.min(viewHeight, element.clientHeight || viewHeight);
    setSize(canvas, scene.viewWidth, scene.viewHeight);
    repaint();
  };
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
    scroll: () => ({ left: element.scrollLeft, top: element.scrollTop }),
    pen,
    scene: () => scene,
  };
}

function setSize({ style }: HTMLElement, width: number, height: number): void {
  style.width = `${width}px`;
  style.height = `${height}px`;
}

/** Gives the canvas the resolution of the screen, and clears it. */
function clear(context: CanvasRenderingContext2D, { viewWidth, viewHeight }: Scene): void {
  const { canvas } = context;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(viewWidth * ratio), Math.round(viewHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, viewWidth, viewHeight);
}

/** Reports what the pointer is over, also when the drawing scrolls under it. */
function followPointer(
  { canvas, element, repaint }: Surface,
  { pointed, pressed }: StageParts,
): void {
  let pointer: Point | null = null;
  const point = (next: Point | null): void => {
    pointer = next;
    pointed(next);
  };
  makeDraggable(canvas, element, {
    moved: (event) => point(pointIn(canvas, event)),
    pressed: (event) => pressed(pointIn(canvas, event), event),
  });
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("blur", () => point(null));
  canvas.addEventListener("keydown", (event) => {
    // The keys move the cursor away from the pointer.
    if (!(event.ctrlKey || event.metaKey || event.altKey)) pointer = null;
  });
  const scrolled = (): void => {
    if (pointer !== null) pointed(pointer);
    repaint();
  };
  element.addEventListener("scroll", scrolled, { passive: true });
}

/** Zooms by the wheel while Ctrl or Cmd is pressed, as trackpads do for a pinch. */
function followWheel(element: HTMLElement, zoom: (by: 1 | -1, event: WheelEvent) => void): void {
  let turned = 0;
  element.addEventListener("wheel", (event) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    turned += event.deltaY;
    if (Math.abs(turned) < WHEEL_STEP) return;
    zoom(turned < 0 ? 1 : -1, event);
    turned = 0;
  });
}

function pointIn(canvas: HTMLCanvasElement, event: MouseEvent): Point {
  const { left, top } = canvas.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
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
function nearestScroll(scroll: number, start: number, size: number, extent: number): number {
  return Math.min(start, Math.max(scroll, start + size - extent));
}
