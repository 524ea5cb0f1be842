import { css } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { h } from "../../shared/dom.ts";
import { download } from "../../shared/files.ts";
import { canvasPen, fontOf, type Pen } from "../plot/pen.ts";
import type { Scale } from "../plot/shades.ts";
import type { Picture } from "../view.ts";
import { svgPen } from "./svg_pen.ts";

const MARGIN = 16;
const HEAD = 30;
const RAMP = 110;
const SHARPNESS = 2;

/** A view with its title and its scale, as saved to a file. */
export interface Sheet {
  title: string;
  scale: Scale | null;
  picture: Picture;
  palette: Palette;
  family: string;
}

function sizeOf({ picture }: Sheet): [number, number] {
  return [Math.max(picture.width, 420) + 2 * MARGIN, picture.height + HEAD + 2 * MARGIN];
}

function paintSheet(pen: Pen, sheet: Sheet, offset: (draw: () => void) => void): void {
  const { title, scale, palette, picture } = sheet;
  const [width, height] = sizeOf(sheet);
  const y = MARGIN + 8;
  pen.fill({ x: 0, y: 0, width, height }, palette.background);
  pen.text(title, MARGIN, y, { color: palette.foreground, bold: true, size: 13 });
  if (scale !== null) paintScale(pen, scale, width - MARGIN, y, palette);
  offset(() => picture.paint(pen, palette));
}

/** From right to left: the maximum, the colours, the minimum, the title. */
function paintScale(pen: Pen, scale: Scale, right: number, y: number, palette: Palette): void {
  const look = { color: palette.muted, size: 11, align: "right" as const };
  pen.text(scale.most, right, y, look);
  let x = right - pen.widthOf(scale.most, false, 11) - 6 - RAMP;
  const step = RAMP / scale.colors.length;
  scale.colors.forEach((color, i) => {
    pen.fill({ x: x + i * step, y: y - 4, width: step + 0.3, height: 8 }, color);
  });
  x -= 6;
  pen.text(scale.least, x, y, look);
  pen.text(scale.title, x - pen.widthOf(scale.least, false, 11) - 10, y, look);
}

export function pngOf(sheet: Sheet): HTMLCanvasElement {
  const canvas = h("canvas");
  const [width, height] = sizeOf(sheet);
  canvas.width = Math.round(SHARPNESS * width);
  canvas.height = Math.round(SHARPNESS * height);
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  context.scale(SHARPNESS, SHARPNESS);
  paintSheet(canvasPen(context, sheet.family), sheet, (draw) => {
    context.save();
    context.translate(MARGIN, MARGIN + HEAD);
    draw();
    context.restore();
  });
  return canvas;
}

export function svgOf(sheet: Sheet): string {
  const context = h("canvas").getContext("2d");
  const measure: Pen["widthOf"] = (text, bold, size) => {
    if (context === null) return 7 * text.length;
    context.font = fontOf(sheet.family, bold, size);
    return context.measureText(text).width;
  };
  const [width, height] = sizeOf(sheet);
  const { pen, root, moved } = svgPen(width, height, sheet.family, measure);
  paintSheet(pen, sheet, (draw) => moved(MARGIN, MARGIN + HEAD, draw));
  root.style.background = css(sheet.palette.background);
  return new XMLSerializer().serializeToString(root);
}

/** A name that is valid on every file system. */
function fileName(title: string, ending: string): string {
  const plain = title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `attention-${plain.replace(/^-|-$/g, "")}.${ending}`;
}

export function save(sheet: Sheet, kind: "PNG" | "SVG"): void {
  if (kind === "SVG") {
    const file = new Blob([svgOf(sheet)], { type: "image/svg+xml" });
    download(fileName(sheet.title, "svg"), file);
    return;
  }
  pngOf(sheet).toBlob((file) => {
    if (file !== null) download(fileName(sheet.title, "png"), file);
  }, "image/png");
}
