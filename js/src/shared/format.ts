const MINUS = "−";

/** A number with this many decimals, a typographic minus sign and no "−0". */
export function decimal(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** As `decimal`, with a plus sign for positive numbers. */
export function signed(value: number, digits: number): string {
  const text = decimal(value, digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** The decimals that give about three figures to a number of this size. */
export function digitsFor(largest: number): number {
  if (!(largest > 0)) return 2;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(largest))));
}

/** A share of one as a percentage; only exactly 0 and 1 are written as 0% and 100%. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "<0.1%";
  if (value < 100 && value >= 99.95) return ">99.9%";
  return `${decimal(value, 1)}%`;
}

export function count(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** Steps on an axis: 1.5k instead of 1,500. */
export function compact(value: number): string {
  if (Math.abs(value) < 1000) return String(value);
  return `${Number((value / 1000).toFixed(2))}k`;
}

export function rate(perSecond: number): string {
  return perSecond < 10 ? decimal(perSecond, 1) : count(perSecond);
}

/** Seconds in words: "8 s", "1 min 12 s", "2 h 5 min", "3 d 4 h". */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const [days, hours] = [Math.floor(total / 86_400), Math.floor((total % 86_400) / 3600)];
  const [minutes, rest] = [Math.floor((total % 3600) / 60), total % 60];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min ${rest} s`;
  return `${rest} s`;
}

/** A small number for an axis: 0.00002 as 2e-5, 0.25 as 0.25. */
export function scientific(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 0.01 && Math.abs(value) < 10_000)
    return String(Number(value.toPrecision(3)));
  return value
    .toExponential(2)
    .replace(/\.?0+e/, "e")
    .replace("e+", "e")
    .replaceAll("-", MINUS);
}
