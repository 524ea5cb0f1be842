import { largestMagnitude } from "../../shared/color/scales.ts";
import { h } from "../../shared/dom.ts";
import { decimal, digitsFor, percent, signed } from "../../shared/format.ts";
import { type Highlights, isLive, methodOf, type Rows } from "../state.ts";
import { sumOfMagnitudes } from "../text/items.ts";
import { wordsText } from "../what_if/view.ts";

const MOST_ROWS = 12;
const OF_ALL_PUSHES =
  "Its size as a share of the sizes of all scores together, whichever way they push. The scores themselves partly cancel out.";

/** What is explained: the class that words count for or against. */
export function targetOf({ target, against }: Highlights): string {
  return against === "" ? target : `${target} rather than ${against}`;
}

/** The contribution of the selected words (mostly one), with their tokens and their scores in the rows shown. */
export function drawDetail(
  scored: Highlights,
  chosen: readonly number[],
  views: { compare: boolean; byLayer: boolean },
): Node[] {
  if (chosen.some((word) => scored.words[word] === undefined) || chosen.length === 0) {
    const hint = isLive(scored)
      ? "Select a word to see its contribution, and to mask, delete or replace it."
      : "Select a word to see its contribution.";
    return [h("span", { class: "bw-note" }, scored.words.length > 0 ? hint : "")];
  }
  const nodes = [
    h("bdi", { class: "bw-detail-word" }, wordsText(scored, chosen)),
    ...drawScore(scored, chosen),
    ...drawTokens(scored, chosen),
  ];
  if (views.compare && scored.classes !== null)
    nodes.push(drawRows("In each class", scored.classes, scored.labels, chosen));
  if (views.byLayer && scored.layers !== null)
    nodes.push(drawRows("In each layer", scored.layers, layerNames(scored.layers), chosen));
  return nodes;
}

function sum(chosen: readonly number[], scoreOf: (word: number) => number | undefined): number {
  return chosen.reduce((total, word) => total + (scoreOf(word) ?? 0), 0);
}

function digitsOf({ words }: Highlights): number {
  return digitsFor(largestMagnitude(words.map(({ score }) => score)));
}

/** The score with its margin, its meaning, and its share of all pushes. */
function drawScore(scored: Highlights, chosen: readonly number[]): HTMLElement[] {
  const digits = digitsOf(scored);
  const score = sum(chosen, (word) => scored.words[word]?.score);
  const { hasSign } = methodOf(scored, scored.shownMethod);
  const side = score < 0 ? "against" : "towards";
  const margin = chosen.length === 1 ? scored.margins?.[chosen[0] ?? -1] : undefined;
  const total = sumOfMagnitudes(scored.words);
  const quiet = (title: string, text: string): HTMLElement =>
    h("span", { class: "bw-note bw-number", title }, text);
  return [
    h(
      "span",
      { class: `bw-detail-score bw-number ${hasSign ? `bw-${side}-ink` : ""}` },
      hasSign ? signed(score, digits) : decimal(score, digits),
    ),
    ...(margin === undefined
      ? []
      : [quiet("Half the width of the 95% confidence interval", `± ${decimal(margin, digits)}`)]),
    h("span", {}, hasSign ? `${side} ${targetOf(scored)}` : `influence on ${targetOf(scored)}`),
    ...(total > 0
      ? [quiet(OF_ALL_PUSHES, `${percent(Math.abs(score) / total)} of all pushes`)]
      : []),
  ];
}

export function layerNames({ count }: Rows): string[] {
  return Array.from({ length: count }, (_, i) => `Layer ${i}`);
}

function chips(name: string, parts: readonly (readonly [string, string])[]): HTMLElement {
  const list = parts.map(([label, figure]) =>
    h(
      "span",
      { class: "bw-detail-chip" },
      h("bdi", {}, label),
      h("span", { class: "bw-number" }, figure),
    ),
  );
  return h("span", { class: "bw-detail-chips", role: "group", "aria-label": name }, ...list);
}

function drawTokens(scored: Highlights, [first, ...others]: readonly number[]): HTMLElement[] {
  if (others.length > 0) return [];
  const tokens = scored.tokens.filter((token) => token.word === first);
  if (tokens.length < 2 || tokens.length > MOST_ROWS || scored.unit !== "words") return [];
  const digits = digitsOf(scored);
  const parts = tokens.map(({ text, score }) => [text, signed(score, digits)] as const);
  return [chips("Tokens", parts)];
}

function drawRows(
  name: string,
  rows: Rows,
  labels: readonly string[],
  chosen: readonly number[],
): HTMLElement {
  const words = rows.scores.length / rows.count;
  const digits = digitsFor(largestMagnitude(rows.scores));
  const scores = labels.map((_, i) => sum(chosen, (word) => rows.scores[i * words + word]));
  const parts = strongest(scores).map(
    (i) => [labels[i] ?? "", signed(scores[i] ?? 0, digits)] as const,
  );
  const list = chips(name, parts);
  const others = labels.length - parts.length;
  if (others > 0)
    list.append(h("span", { class: "bw-note" }, `and ${others} with smaller contributions`));
  return list;
}

/** The rows of the largest scores, in their order. */
function strongest(scores: readonly number[]): number[] {
  const size = (row: number): number => Math.abs(scores[row] ?? 0);
  const rows = [...scores.keys()].sort((a, b) => size(b) - size(a));
  return rows.slice(0, MOST_ROWS).sort((a, b) => a - b);
}
