import { decimal, signed } from "../../shared/format.ts";
import { type Attention, EFFECT } from "../state.ts";
import type { Statistic } from "./state.ts";

export interface Effect {
  value: number;
  /** Measured by switching the head off, not estimated from one gradient. */
  exact: boolean;
}

/** How much a head contributes to the target; null if not known yet. */
export function effectOf(
  { estimates, effects }: Pick<Attention, "estimates" | "effects">,
  head: number,
): Effect | null {
  const measured = effects[head];
  if (measured !== undefined && Number.isFinite(measured)) return { value: measured, exact: true };
  const estimate = estimates[head];
  return estimate !== undefined && Number.isFinite(estimate)
    ? { value: estimate, exact: false }
    : null;
}

/** A head's effect as a short number, for a mosaic or a list. */
export const effectText = ({ value, exact }: Effect): string =>
  `${exact ? "" : "≈"}${signed(value, 2)}`;

/** A sentence about how the logit of the target changes without a head. */
export function effectSentence(
  { value, exact }: Effect,
  head: string,
  target: string,
  logit: number,
): string {
  const how = exact ? "exact" : "estimated from one gradient";
  const logits = `${decimal(logit, 2)} → ${decimal(logit - value, 2)}`;
  return `Without ${head}: logit of ${target} ${logits} (effect ${signed(value, 2)}, ${how}).`;
}

/** A number for each head, by which the mosaic is sorted and coloured. */
export interface Shading {
  title: string;
  unit: string;
  values: (number | null)[];
  largest: number;
  /** Signed values have a diverging scale from orange to blue. */
  isSigned: boolean;
  text: (head: number) => string;
  /** Measured, not estimated. */
  isSure: (head: number) => boolean;
}

export function shadingOf(state: Attention, name: string): Shading | null {
  if (name === EFFECT) return effectShading(state);
  const statistic = state.statistics.find((candidate) => candidate.name === name);
  return statistic === undefined ? null : statisticShading(statistic);
}

function effectShading(state: Attention): Shading | null {
  const effects = Array.from({ length: state.layers * state.heads }, (_, i) => effectOf(state, i));
  if (effects.every((effect) => effect === null)) return null;
  return {
    title: `Effect on ${state.target}`,
    unit: "logits",
    values: effects.map((effect) => effect?.value ?? null),
    largest: Math.max(...effects.map((effect) => Math.abs(effect?.value ?? 0))),
    isSigned: true,
    text: (head) => {
      const effect = effects[head];
      return effect ? signed(effect.value, 2) : "";
    },
    isSure: (head) => effects[head]?.exact === true,
  };
}

/** Two decimals for small values, fewer for large ones. */
export function statisticText({ values }: Statistic, head: number): string {
  const value = values[head];
  if (value === undefined || !Number.isFinite(value)) return "–";
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

function statisticShading(statistic: Statistic): Shading {
  const values = Array.from(statistic.values, (value) => (Number.isFinite(value) ? value : null));
  return {
    title: statistic.title,
    unit: statistic.unit,
    values,
    largest: Math.max(0, ...values.map((value) => value ?? 0)),
    isSigned: false,
    text: (head) => statisticText(statistic, head),
    isSure: () => true,
  };
}

/** The heads in the order of the mosaic: layer after layer, or the largest value first. */
export function orderOf(state: Attention): number[] {
  const heads = Array.from({ length: state.layers * state.heads }, (_, i) => i);
  const values = shadingOf(state, state.order)?.values;
  if (values === undefined) return heads;
  const valueFor = (head: number): number => values[head] ?? Number.NEGATIVE_INFINITY;
  return heads.sort((a, b) => valueFor(b) - valueFor(a) || a - b);
}

/** The chosen head; null if a mean over several heads is chosen. */
export function chosenHead({ layer, head, heads }: Attention): number | null {
  return layer >= 0 && head >= 0 ? layer * heads + head : null;
}

/** The chosen head, or the first of those whose mean is chosen. */
export function headInView({ layer, head, heads }: Attention): number {
  return Math.max(0, layer) * heads + Math.max(0, head);
}

/** The new value of the trait `ablated` after one head is switched on or off. */
export function toggled(state: Attention, head: number): [number, number][] {
  const next = new Set(state.ablated);
  if (!next.delete(head)) next.add(head);
  return [...next]
    .sort((a, b) => a - b)
    .map((number) => [Math.floor(number / state.heads), number % state.heads]);
}
