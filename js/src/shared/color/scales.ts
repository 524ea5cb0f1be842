import { fromOklch, mix, type Rgb, toOklab } from "./color.ts";
import type { Palette } from "./palette.ts";

/** The highlight of a signed share (-1 to 1): towards orange below zero, towards blue above. */
export function diverging(palette: Palette, share: number): Rgb {
  const strength = Math.min(1, Math.abs(share));
  return mix(palette.background, share < 0 ? palette.negative : palette.positive, strength);
}

/** 256 colours of one hue whose lightness falls (in the dark: rises) in even steps from the background. */
export function sequential(palette: Palette): Rgb[] {
  const [behind] = toOklab(palette.background);
  const [start, end] = palette.dark ? [behind + 0.045, 0.94] : [behind - 0.025, 0.33];
  return Array.from({ length: 256 }, (_, i) => {
    const t = i / 255;
    const chroma = 0.006 + 0.145 * Math.sin(Math.PI * 0.78 * t) ** 1.3;
    return fromOklch(start + (end - start) * t, chroma, 256);
  });
}

export function largestMagnitude(values: Iterable<number>): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
