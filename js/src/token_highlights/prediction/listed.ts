import type { Highlights } from "../state.ts";

/** Of more labels than this only the likeliest are listed at first. */
export const MANY = 8;
const LIKELIEST = 6;

/**
 * The labels to list, by index: all in their order, or of many the likeliest first, to which the
 * explained one is added. Once unfolded, all that contain what is sought.
 */
export function listedBars(
  { labels, probabilities, target }: Pick<Highlights, "labels" | "probabilities" | "target">,
  unfolded: boolean,
  sought: string,
): number[] {
  const all = [...labels.keys()];
  if (labels.length <= MANY) return all;
  const chance = (i: number): number => probabilities?.[i] ?? 0;
  const order = all.sort((a, b) => chance(b) - chance(a) || a - b);
  if (unfolded) {
    const words = sought.trim().toLowerCase();
    return order.filter((i) => labels[i]?.toLowerCase().includes(words));
  }
  const top = order.slice(0, LIKELIEST);
  const explained = labels.indexOf(target);
  return explained < 0 || top.includes(explained) ? top : [...top.slice(0, -1), explained];
}
