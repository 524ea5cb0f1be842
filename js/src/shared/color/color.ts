/** Red, green and blue from 0 to 255, and opacity from 0 to 1 where a colour has one. */
export type Rgb = readonly [number, number, number];
export type Oklab = readonly [number, number, number];

const toLinear = (channel: number): number => {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
};

const toChannel = (linear: number): number => {
  const c = Math.min(1, Math.max(0, linear));
  return 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);
};

export function css([r, g, b]: Rgb): string {
  return `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)})`;
}

export function hex(code: string): Rgb {
  const value = Number.parseInt(code.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
export function luminance([r, g, b]: Rgb): number {
  return 0.2126 * toLinear(r) + 0.7152 * toLinear(g) + 0.0722 * toLinear(b);
}

export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

/** Oklab (Ottosson 2020): equal distances look about equally large. */
export function toOklab([red, green, blue]: Rgb): Oklab {
  const [r, g, b] = [toLinear(red), toLinear(green), toLinear(blue)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

export function fromOklab([L, a, b]: Oklab): Rgb {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    toChannel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    toChannel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    toChannel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

export function fromOklch(lightness: number, chroma: number, degrees: number): Rgb {
  const hue = (degrees * Math.PI) / 180;
  return fromOklab([lightness, chroma * Math.cos(hue), chroma * Math.sin(hue)]);
}

/** The mix of two colours in Oklab, with a share `t` (0 to 1) of the second. */
export function mix(from: Rgb, to: Rgb, t: number): Rgb {
  const a = toOklab(from);
  const b = toOklab(to);
  return fromOklab([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]);
}

/** A colour as a browser computes it; null for an unknown format. */
export function parseColor(value: string): { rgb: Rgb; opacity: number } | null {
  const match = /^(rgba?|color|oklch|oklab)\((.+)\)$/.exec(value.trim());
  const form = match?.[1];
  const parts = match?.[2]?.split(/[\s,/]+/).filter((part) => part !== "" && part !== "srgb");
  if (form === undefined || parts === undefined) return null;
  const [x, y, z, opacity = 1] = parts.map((part) =>
    part.endsWith("%") ? Number.parseFloat(part) / 100 : Number.parseFloat(part),
  );
  if (x === undefined || y === undefined || z === undefined) return null;
  if (![x, y, z, opacity].every(Number.isFinite)) return null;
  if (form === "color") return { rgb: [255 * x, 255 * y, 255 * z], opacity };
  if (form === "oklch") return { rgb: fromOklch(x, y, z), opacity };
  if (form === "oklab") return { rgb: fromOklab([x, y, z]), opacity };
  return { rgb: [x, y, z], opacity };
}

/** A translucent colour blended over an opaque one. */
export function over(rgb: Rgb, opacity: number, under: Rgb): Rgb {
  const blend = (i: 0 | 1 | 2): number => rgb[i] * opacity + under[i] * (1 - opacity);
  return [blend(0), blend(1), blend(2)];
}
