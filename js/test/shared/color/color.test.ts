import { describe, expect, it } from "vitest";
import {
  contrast,
  fromOklab,
  hex,
  luminance,
  mix,
  over,
  parseColor,
  type Rgb,
  toOklab,
} from "../../../src/shared/color/color.ts";
import { makePalette } from "../../../src/shared/color/palette.ts";
import { diverging, largestMagnitude, sequential } from "../../../src/shared/color/scales.ts";
import { seriesColor } from "../../../src/shared/color/series_colors.ts";

// Own themes, JupyterLab, VS Code, marimo, Solarized, high contrast and a middling grey.
const BACKGROUNDS = [
  "#ffffff",
  "#14161a",
  "#111111",
  "#1e1e1e",
  "#1f1f1f",
  "#181c1a",
  "#fdf6e3",
  "#002b36",
  "#000000",
  "#f8f8f8",
  "#282c34",
];
const HOSTS: [string, Rgb | null][] = BACKGROUNDS.flatMap((background) => [
  [background, null],
  [background, hex("#808080")],
  [background, luminance(hex(background)) < 0.18 ? hex("#c8c8c8") : hex("#2b2b2b")],
]);
const AA = 4.5;

function distance(one: Rgb, other: Rgb): number {
  const [a, b] = [toOklab(one), toOklab(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** What a person without one kind of cone sees: Machado, Oliveira & Fernandes 2009, in linear light. */
const DEFICIENCIES: Record<string, number[]> = {
  protanopia: [
    0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998,
  ],
  deuteranopia: [
    0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881,
  ],
  tritanopia: [
    1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039,
  ],
};

function seenWith(matrix: number[], color: Rgb): Rgb {
  const linear = color.map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  );
  const channel = (row: number): number => {
    const sum = linear.reduce((total, c, i) => total + c * (matrix[3 * row + i] ?? 0), 0);
    const c = Math.min(1, Math.max(0, sum));
    return 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);
  };
  return [channel(0), channel(1), channel(2)];
}

describe("colours", () => {
  it("have the contrast defined by WCAG", () => {
    expect(contrast(hex("#000000"), hex("#ffffff"))).toBeCloseTo(21, 5);
    expect(contrast(hex("#767676"), hex("#ffffff"))).toBeCloseTo(4.54, 2);
  });

  it("survive conversion to Oklab and back", () => {
    for (const code of ["#000000", "#ffffff", "#1a73e8", "#e8710a", "#123456"]) {
      fromOklab(toOklab(hex(code))).forEach((channel, i) => {
        expect(channel).toBeCloseTo(hex(code)[i] ?? Number.NaN, 1);
      });
    }
  });

  it("are parsed in every format that browsers compute", () => {
    expect(parseColor("rgb(17, 34, 51)")).toEqual({ rgb: [17, 34, 51], opacity: 1 });
    expect(parseColor("rgba(0, 0, 0, 0.87)")).toEqual({ rgb: [0, 0, 0], opacity: 0.87 });
    expect(parseColor("rgb(1 2 3 / 50%)")).toEqual({ rgb: [1, 2, 3], opacity: 0.5 });
    expect(parseColor("color(srgb 1 0.5 0)")).toEqual({ rgb: [255, 127.5, 0], opacity: 1 });
    expect(parseColor("oklch(1 0 0)")?.rgb[0]).toBeCloseTo(255, 0);
    expect(parseColor("oklab(0 0 0 / 0.2)")?.opacity).toBe(0.2);
    for (const strange of ["", "red", "var(--x)", "rgb(1 2)", "rgb(a b c)"]) {
      expect(parseColor(strange)).toBeNull();
    }
  });

  it("are blended with the colour below by their opacity", () => {
    expect(over([0, 0, 0], 0.5, [100, 200, 50])).toEqual([50, 100, 25]);
  });
});

describe.each(HOSTS)("a palette over %s with text %s", (background, foreground) => {
  const palette = makePalette(hex(background), foreground);

  it("writes legibly (AA) on the background", () => {
    const { foreground: text, muted, positiveInk, negativeInk, alarm, good, violet } = palette;
    for (const ink of [text, muted, positiveInk, negativeInk, alarm, good, violet]) {
      expect(contrast(ink, palette.background)).toBeGreaterThanOrEqual(AA);
    }
    expect(contrast(text, palette.surface)).toBeGreaterThanOrEqual(AA);
    const deepest = mix(palette.background, palette.foreground, 0.07); // behind a row of choices
    for (const surface of [palette.surface, deepest])
      expect(contrast(palette.muted, surface)).toBeGreaterThanOrEqual(AA);
    expect(contrast(text, palette.alarmSurface)).toBeGreaterThanOrEqual(AA);
  });

  it("writes legibly (AA) on every highlight", () => {
    for (let share = -1; share <= 1; share += 0.05) {
      expect(contrast(palette.foreground, diverging(palette, share))).toBeGreaterThanOrEqual(AA);
    }
  });

  it("shows controls, focus and bars at 3 to 1 or better", () => {
    expect(contrast(palette.focus, palette.background)).toBeGreaterThanOrEqual(3);
  });
});

describe.each([
  ["light", "#ffffff"],
  ["dark", "#111111"],
])("scales in the %s", (_name, background) => {
  const palette = makePalette(hex(background), null);

  it("grow steadily with the score, starting at the background", () => {
    expect(distance(diverging(palette, 0), palette.background)).toBeLessThan(1e-3);
    for (const sign of [-1, 1]) {
      let last = -1;
      for (let strength = 0; strength <= 1; strength += 0.1) {
        const away = distance(diverging(palette, sign * strength), palette.background);
        expect(away).toBeGreaterThan(last);
        last = away;
      }
    }
  });

  it("show words against the class as well as words for it", () => {
    for (const share of [0.1, 0.25, 0.5, 1]) {
      const [against, towards] = [-share, share].map((x) => diverging(palette, x)) as [Rgb, Rgb];
      const { background } = palette;
      const contrasts = contrast(against, background) / contrast(towards, background);
      const distances = distance(against, background) / distance(towards, background);
      expect(contrasts).toBeGreaterThan(0.97);
      expect(contrasts).toBeLessThan(1.03);
      expect(distances).toBeGreaterThan(0.85);
      expect(distances).toBeLessThan(1.15);
    }
  });

  it("distinguish both signs for every kind of colour vision", () => {
    expect(distance(diverging(palette, -1), diverging(palette, 1))).toBeGreaterThan(0.15);
    for (const [name, matrix] of Object.entries(DEFICIENCIES)) {
      const [against, towards] = [-0.7, 0.7].map((share) =>
        seenWith(matrix, diverging(palette, share)),
      );
      expect(distance(against ?? [0, 0, 0], towards ?? [0, 0, 0]), name).toBeGreaterThan(0.08);
    }
  });

  it("distinguish eight series for every kind of colour vision, and from the background", () => {
    const colors = Array.from({ length: 8 }, (_, i) => seriesColor(palette, i));
    for (const color of colors)
      expect(contrast(color, palette.background)).toBeGreaterThanOrEqual(3);
    for (const matrix of [[1, 0, 0, 0, 1, 0, 0, 0, 1], ...Object.values(DEFICIENCIES)]) {
      const seen = colors.map((color) => seenWith(matrix, color));
      const apart = seen.flatMap((one, i) =>
        seen.slice(i + 1).map((other) => distance(one, other)),
      );
      expect(Math.min(...apart)).toBeGreaterThan(0.12);
    }
  });

  it("have even steps in lightness for weights", () => {
    const lightness = sequential(palette).map((color) => toOklab(color)[0]);
    const steps = lightness.slice(1).map((value, i) => value - (lightness[i] ?? 0));
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
    expect(Math.abs(mean)).toBeGreaterThan(0.002);
    for (const step of steps) expect(Math.abs(step - mean)).toBeLessThan(0.3 * Math.abs(mean));
  });
});

it("finds the largest magnitude of either sign, and 0 in an empty list", () => {
  expect(largestMagnitude([0.5, -2, 1])).toBe(2);
  expect(largestMagnitude([])).toBe(0);
  expect(mix([0, 0, 0], [255, 255, 255], 1).map(Math.round)).toEqual([255, 255, 255]);
});
