/**
 * Text addressed by code points, as Python does it. JavaScript's own indices count UTF-16 units,
 * which differ as soon as a text contains an emoji.
 */
export type CodePoints = readonly string[];

export function codePoints(text: string): CodePoints {
  return Array.from(text);
}

export function slice(points: CodePoints, start: number, end: number): string {
  return points.slice(start, end).join("");
}

/** ASCII without carriage returns, in which every unit is one character. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127 || unit === 13) return false;
  }
  return true;
}

/** For every code point, the start of the character it belongs to as a reader sees characters. */
function characterStarts(text: string, length: number): Int32Array {
  const starts = new Int32Array(length + 1);
  if (isPlain(text)) return starts.map((_, i) => i);
  let position = 0;
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(
    text,
  )) {
    const end = position + Array.from(segment).length;
    starts.fill(position, position, end);
    position = end;
  }
  starts[length] = length;
  return starts;
}

export interface Range {
  start: number;
  end: number;
}

/** A stretch of text drawn as one, and the items (words or tokens) that it shows. */
export interface Run extends Range {
  items: number[];
}

/**
 * The stretches to draw for items with these ranges, in text order. They grow to whole characters
 * (an accent stays with its letter), and items that share a character share a run; items that
 * cover no text are left out.
 */
export function drawnRuns(text: string, ranges: readonly (Range & { item: number })[]): Run[] {
  const length = codePoints(text).length;
  const starts = characterStarts(text, length);
  const runs: Run[] = [];
  const ordered = ranges
    .filter(({ start, end }) => start < end)
    .sort((a, b) => a.start - b.start || a.end - b.end);
  for (const { start, end, item } of ordered) {
    const from = starts[start] ?? start;
    let to = end;
    while (to < length && starts[to] !== to) to++;
    const last = runs.at(-1);
    if (last !== undefined && from < last.end) {
      last.items.push(item);
      last.end = Math.max(last.end, to);
    } else runs.push({ start: from, end: to, items: [item] });
  }
  return runs;
}

/**
 * The positions of ranges in an edited text: those entirely before or after the edit stay,
 * those that it touches are dropped.
 */
export function shiftedRanges<T extends Range>(
  ranges: readonly T[],
  before: string,
  after: string,
): T[] {
  if (before === after) return [...ranges];
  const [old, now] = [codePoints(before), codePoints(after)];
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < shorter - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const shift = now.length - old.length;
  return ranges.flatMap((range) => {
    if (range.end <= head) return [range];
    if (range.start < old.length - tail) return [];
    return [{ ...range, start: range.start + shift, end: range.end + shift }];
  });
}
