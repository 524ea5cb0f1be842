import { css, type Rgb } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { diverging, sequential } from "../../shared/color/scales.ts";
import type { Grid } from "./pen.ts";

/** A colour for every byte, read as a signed value in two's complement. */
function signedShades(palette: Palette): Rgb[] {
  return Array.from({ length: 256 }, (_, byte) =>
    diverging(palette, (byte < 128 ? byte : byte - 256) / 127),
  );
}

export type GridMaker = (source: Uint8Array | Int8Array, columns: number, palette: Palette) => Grid;

function maker(shades: (palette: Palette) => Rgb[]): GridMaker {
  let colored: Palette | null = null;
  let colors: Rgb[] = [];
  let grids = new WeakMap<object, Grid>();
  return (source, columns, palette) => {
    if (colored !== palette) {
      colored = palette;
      colors = shades(palette);
      grids = new WeakMap();
    }
    const known = grids.get(source);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(source.buffer, source.byteOffset, source.length);
    const grid = { bytes, columns, colors, image: null };
    grids.set(source, grid);
    return grid;
  };
}

/** Makes the coloured grid of each source only once per palette. */
export const gridMaker = (): GridMaker => maker(sequential);
export const signedGridMaker = (): GridMaker => maker(signedShades);

/** A colour scale with the values at its ends. */
export interface Scale {
  title: string;
  colors: readonly Rgb[];
  least: string;
  middle: string;
  most: string;
}

const every = (colors: readonly Rgb[], step: number): Rgb[] =>
  colors.filter((_, i) => i % step === 0);

export function weightScale(palette: Palette, title: string, most: string): Scale {
  return { title, colors: every(sequential(palette), 17), least: "0", middle: "", most };
}

export function signedScale(palette: Palette, title: string, most: string): Scale {
  const colors = Array.from({ length: 15 }, (_, i) => diverging(palette, (i - 7) / 7));
  return { title, colors, least: `−${most}`, middle: "0", most: `+${most}` };
}

export function gradientOf({ colors }: Scale): string {
  return `linear-gradient(to right, ${colors.map(css).join(", ")})`;
}
