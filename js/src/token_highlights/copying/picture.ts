import { css } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { h } from "../../shared/dom.ts";

const MARGIN = 24;
const GAP = 16;
/** Browsers reject canvases whose sides are much longer than this. */
const LARGEST = 16_000;

type Context = CanvasRenderingContext2D;

const FONT = '12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif';
const CAPTION = 16;

/**
 * Parts of a widget as they appear on the page, one below the other on a separate canvas, and a
 * caption; they keep their distance to the left edge of `body`.
 */
export function pictureOf(
  body: HTMLElement,
  parts: readonly HTMLElement[],
  caption: string,
  ramp: readonly string[],
  palette: Palette,
): HTMLCanvasElement {
  const shown = parts.filter((part) => part.getClientRects().length > 0);
  const boxes = shown.map((part) => part.getBoundingClientRect());
  const left = body.getBoundingClientRect().left;
  const width = Math.max(...boxes.map((box) => box.right)) - left + 2 * MARGIN;
  const height = boxes.reduce((sum, box) => sum + box.height + GAP, 2 * MARGIN + CAPTION);
  const scale = Math.min(2, LARGEST / Math.max(width, height));
  const canvas = h("canvas");
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const ctx = canvas.getContext("2d");
  if (ctx === null) return canvas;
  ctx.scale(scale, scale);
  ctx.fillStyle = css(palette.background);
  ctx.fillRect(0, 0, width, height);
  let top = MARGIN;
  shown.forEach((part, i) => {
    const box = boxes[i];
    if (box === undefined) return;
    ctx.save();
    ctx.translate(MARGIN - left, top - box.top);
    paintElement(ctx, part, ramp);
    ctx.restore();
    top += box.height + GAP;
  });
  ctx.font = FONT;
  ctx.fillStyle = css(palette.muted);
  ctx.fillText(caption, MARGIN, top + CAPTION - 4);
  return canvas;
}

/** Paints the backgrounds, underlines and text of an element and its descendants at their positions on the page. */
function paintElement(ctx: Context, element: Element, ramp: readonly string[]): void {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden") return;
  paintBackground(ctx, element, style, ramp);
  for (const child of element.childNodes) {
    if (child instanceof Text) paintText(ctx, child, style);
    else if (child instanceof HTMLElement && !(child instanceof HTMLTextAreaElement))
      paintElement(ctx, child, ramp);
  }
}

function paintBackground(
  ctx: Context,
  element: Element,
  style: CSSStyleDeclaration,
  ramp: readonly string[],
): void {
  const isRamp = element.classList.contains("bw-ramp");
  const clear = /^(transparent|rgba\(.*, 0\))$/.test(style.backgroundColor);
  const dashed = style.textDecorationStyle === "dashed" && style.textDecorationLine !== "none";
  if (!isRamp && clear && !dashed) return;
  ctx.globalAlpha = Number(style.opacity);
  for (const { left, top, width, height, bottom } of element.getClientRects()) {
    if (isRamp || !clear) {
      ctx.fillStyle = style.backgroundColor;
      if (isRamp) {
        const gradient = ctx.createLinearGradient(left, 0, left + width, 0);
        ramp.forEach((color, i) => {
          gradient.addColorStop(i / (ramp.length - 1), color);
        });
        ctx.fillStyle = gradient;
      }
      ctx.beginPath();
      ctx.roundRect(
        left,
        top,
        width,
        height,
        Math.min(Number.parseFloat(style.borderRadius) || 0, height / 2),
      );
      ctx.fill();
    }
    if (dashed) underline(ctx, left + 1, left + width - 1, bottom - 2, style.textDecorationColor);
  }
  ctx.globalAlpha = 1;
}

function underline(ctx: Context, from: number, to: number, y: number, color: string): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5;
  ctx.setLineDash([4, 2.5]);
  ctx.beginPath();
  ctx.moveTo(from, y);
  ctx.lineTo(to, y);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** A text node word by word: each lies in one line of the page, or is drawn by its characters. */
function paintText(ctx: Context, node: Text, style: CSSStyleDeclaration): void {
  ctx.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  ctx.fillStyle = style.color;
  ctx.textBaseline = "alphabetic";
  const range = document.createRange();
  const paint = (text: string, start: number): void => {
    range.setStart(node, start);
    range.setEnd(node, start + text.length);
    const boxes = [...range.getClientRects()].filter(({ width }) => width > 0);
    const [box] = boxes;
    if (box === undefined) return;
    const characters = Array.from(text);
    if (boxes.length > 1 && characters.length > 1) {
      let position = start;
      for (const character of characters) {
        paint(character, position);
        position += character.length;
      }
      return;
    }
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = ctx.measureText(text);
    ctx.fillText(text, box.left, box.top + (box.height + up - down) / 2, box.width + 1);
  };
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) paint(word, index);
}
