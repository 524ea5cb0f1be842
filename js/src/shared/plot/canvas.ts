import { h } from "../dom.ts";
import type { Frame } from "../frame.ts";

type Painter = (ctx: CanvasRenderingContext2D, width: number, height: number) => void;

/** A canvas that fills its place at the screen's own resolution, painted again when its size changes. */
export function makeCanvas(
  frame: Frame,
  painter: Painter,
): { place: HTMLElement; draw: () => void } {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const place = h("div", { class: "bw-canvas-box" }, canvas);
  const draw = (): void => {
    const { clientWidth: width, clientHeight: height } = place;
    const ctx = width > 0 && height > 0 ? canvas.getContext("2d") : null;
    if (ctx === null) return;
    const ratio = devicePixelRatio || 1;
    const [w, t] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== t) {
      canvas.width = w;
      canvas.height = t;
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    painter(ctx, width, height);
  };
  const observer = new ResizeObserver(draw);
  observer.observe(place);
  frame.signal.addEventListener("abort", () => observer.disconnect());
  return { place, draw };
}
