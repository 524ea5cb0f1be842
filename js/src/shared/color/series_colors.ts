import { contrast, fromOklch, mix, type Rgb } from "./color.ts";
import type { Palette } from "./palette.ts";

/** Lightness, chroma and hue in a light theme; the lightness is inverted in a dark theme. */
const COLORS = [
  [0.5, 0.17, 257],
  [0.62, 0.16, 52],
  [0.58, 0.11, 168],
  [0.5, 0.19, 345],
  [0.66, 0.11, 222],
  [0.36, 0.08, 125],
  [0.3, 0.08, 315],
  [0.34, 0.2, 330],
] as const;

/** One colour for each series; neighbours differ in lightness as well as in hue. */
export function seriesColor(palette: Palette, number: number): Rgb {
  const [lightness, chroma, hue] = COLORS[number % COLORS.length] ?? COLORS[0];
  const shade = palette.dark ? 1.28 - lightness : lightness;
  let color = fromOklch(shade, chroma * (palette.dark ? 0.8 : 1), hue);
  for (let i = 0; i < 12 && contrast(color, palette.background) < 3; i++) {
    color = mix(color, palette.foreground, 0.1);
  }
  return color;
}
