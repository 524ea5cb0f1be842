import { contrast, css, fromOklch, hex, luminance, mix, type Rgb } from "./color.ts";

/** Every colour the widgets use, derived from the host's background and text colours. */
export interface Palette {
  dark: boolean;
  background: Rgb;
  foreground: Rgb;
  muted: Rgb;
  line: Rgb;
  /** Under the bars of a chart. */
  track: Rgb;
  control: Rgb;
  surface: Rgb;
  focus: Rgb;
  positive: Rgb;
  negative: Rgb;
  /** The highlight of scores without a sign. */
  unsigned: Rgb;
  positiveInk: Rgb;
  negativeInk: Rgb;
  alarm: Rgb;
  alarmSurface: Rgb;
  good: Rgb;
  violet: Rgb;
}

const OWN = {
  light: { background: hex("#ffffff"), foreground: hex("#1a1d23") },
  dark: { background: hex("#14161a"), foreground: hex("#e6e8eb") },
};

/** The share of the foreground in the darkest surface, or the lightest of a dark theme, with muted text. */
const DEEPEST = 0.07;

/** The first mix from `from` to `to` that can be read as small text over the background. */
function readable(from: Rgb, to: Rgb, background: Rgb): Rgb {
  for (let t = 0; t < 1; t += 0.05) {
    const candidate = mix(from, to, t);
    if (contrast(candidate, background) >= 4.6) return candidate;
  }
  return to;
}

/** The strongest form of a highlight colour on which text can still be read. */
function underText(color: Rgb, foreground: Rgb, background: Rgb): Rgb {
  for (let t = 0; t < 1; t += 0.02) {
    const candidate = mix(color, background, t);
    if (contrast(candidate, foreground) >= 4.6) return candidate;
  }
  return background;
}

export function ownBackground(dark: boolean): Rgb {
  return dark ? OWN.dark.background : OWN.light.background;
}

export function makePalette(background: Rgb, hostForeground: Rgb | null): Palette {
  const dark = luminance(background) < 0.18;
  const fallback = dark ? OWN.dark.foreground : OWN.light.foreground;
  const foreground =
    hostForeground !== null && contrast(hostForeground, background) >= 10
      ? hostForeground
      : fallback;
  const tint = (share: number): Rgb => mix(background, foreground, share);
  const ink = (light: Rgb, night: Rgb): Rgb =>
    readable(dark ? night : light, foreground, background);
  const highlight = (light: Rgb, night: Rgb): Rgb =>
    underText(dark ? night : light, foreground, background);
  return {
    dark,
    background,
    foreground,
    muted: readable(tint(dark ? 0.66 : 0.6), foreground, tint(DEEPEST)),
    line: tint(dark ? 0.16 : 0.11),
    track: tint(dark ? 0.16 : 0.11),
    control: tint(dark ? 0.3 : 0.22),
    surface: tint(dark ? DEEPEST : DEEPEST / 2),
    focus: dark ? fromOklch(0.7, 0.135, 254) : fromOklch(0.57, 0.175, 257),
    positive: highlight(fromOklch(0.72, 0.13, 252), fromOklch(0.52, 0.135, 255)),
    negative: highlight(fromOklch(0.735, 0.15, 58), fromOklch(0.53, 0.135, 48)),
    unsigned: highlight(fromOklch(0.74, 0.12, 305), fromOklch(0.53, 0.13, 305)),
    positiveInk: ink(fromOklch(0.5, 0.16, 256), fromOklch(0.76, 0.12, 252)),
    negativeInk: ink(fromOklch(0.52, 0.135, 50), fromOklch(0.79, 0.13, 62)),
    alarm: ink(fromOklch(0.5, 0.19, 27), fromOklch(0.75, 0.13, 25)),
    alarmSurface: mix(background, fromOklch(0.6, 0.2, 27), dark ? 0.16 : 0.08),
    good: ink(fromOklch(0.5, 0.11, 165), fromOklch(0.77, 0.12, 165)),
    violet: ink(fromOklch(0.52, 0.17, 305), fromOklch(0.76, 0.12, 305)),
  };
}

/** The palette as the custom properties that the style sheets use. */
export function paletteProperties(palette: Palette): [string, string][] {
  const { dark: _, ...colors } = palette;
  return Object.entries(colors).map(([name, color]) => [
    `--bw-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    css(color),
  ]);
}
