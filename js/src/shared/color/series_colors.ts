import { contrast, fromOklch, mix, type Rgb } from "./color.ts";
import type { Palette } from "./palette.ts";

/**
 * Lightness, chroma and hue: found by a search for the largest distance between any two colours, with protanopia,
 * deuteranopia, tritanopia (Machado et al. 2009) and without.
 */
const COLORS = {
  light: [
    [0.489, 0.188, 268],
    [0.642, 0.177, 40],
    [0.474, 0.087, 325],
    [0.653, 0.183, 263],
    [0.48, 0.185, 29],
    [0.303, 0.112, 289],
    [0.661, 0.075, 342],
    [0.294, 0.104, 34],
  ],
  dark: [
    [0.728, 0.141, 257],
    [0.737, 0.156, 65],
    [0.602, 0.247, 306],
    [0.895, 0.187, 106],
    [0.873, 0.105, 204],
    [0.574, 0.165, 35],
    [0.564, 0.051, 217],
    [0.724, 0.011, 43],
  ],
} as const;

/** One colour for each series. */
export function seriesColor(palette: Palette, number: number): Rgb {
  const colors = COLORS[palette.dark ? "dark" : "light"];
  const [lightness, chroma, hue] = colors[number % colors.length] ?? colors[0];
  let color = fromOklch(lightness, chroma, hue);
  for (let i = 0; i < 12 && contrast(color, palette.background) < 3; i++) {
    color = mix(color, palette.foreground, 0.1);
  }
  return color;
}
