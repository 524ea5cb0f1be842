import { codePoints } from "../../shared/codepoints.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { h, setAttribute } from "../../shared/dom.ts";
import { digitsFor, signed } from "../../shared/format.ts";
import { highlightOf, isUnderlined, stretchesOf } from "../../shared/words.ts";
import type { Highlights } from "../state.ts";
import { type Item, itemsOf, runsOf, specialsOf } from "./items.ts";

/**
 * A text with more words changes its colours without a transition, and has no colours while it is edited:
 * animating so many, or laying them out at every key press, would slow down the page.
 */
export const LONG = 400;

export interface TextDrawing {
  /** The current texts, including edits. */
  texts: readonly [string, string];
  scored: Highlights;
  tokens: boolean;
  largest: number;
  palette: Palette;
  /** A text field covers the text, which shows only highlights and cannot be reached by keyboard. */
  editing: boolean;
}

/** A part of a drawn text: a highlight, a special token, or the plain text between them. */
export interface Part {
  kind: "plain" | "word" | "special";
  text: string;
  /** The words of a highlight; empty if there is nothing to select. */
  words: readonly number[];
  background: string;
  underlined: boolean;
  before: boolean;
  after: boolean;
  label: string;
}

const PLAIN = {
  kind: "plain",
  words: [],
  background: "",
  underlined: false,
  before: false,
  after: false,
  label: "",
} as const;

/** One of the two texts, split into the parts to draw. */
export function partsOf(segment: 0 | 1, drawing: TextDrawing): Part[] {
  const { texts, scored, tokens, editing, largest, palette } = drawing;
  const text = texts[segment];
  const plain = editing && scored.words.length > LONG;
  const items = plain ? [] : itemsOf(scored, segment, tokens);
  const digits = digitsFor(largest);
  const marked = (group: readonly Item[]) => {
    const score = group.reduce((sum, item) => sum + item.score, 0);
    const share = largest > 0 ? score / largest : 0;
    const look = { background: highlightOf(share, palette), underlined: isUnderlined(share) };
    return { ...look, score: signed(score, digits) };
  };
  const runs = runsOf(items, scored.texts[segment], text);
  const parts = stretchesOf(text, runs).map(({ text, items: inRun, before, after }): Part => {
    if (inRun.length === 0) return { ...PLAIN, text };
    const group = inRun.flatMap((item) => items[item] ?? []);
    const { score, ...look } = marked(group);
    const words = editing ? [] : group.flatMap(({ word }) => word ?? []);
    return { kind: "word", text, words, ...look, before, after, label: `${text} ${score}` };
  });
  // The last line of a textarea counts even while empty; the zero-width space gives it a height here.
  parts.push({ ...PLAIN, text: "\u200b" });
  if (!tokens || editing) return parts;
  const special = (item: Item): Part => {
    const { score, ...look } = marked([item]);
    const label = `${item.label} ${score}`;
    return { ...PLAIN, kind: "special", text: item.label, ...look, label };
  };
  const { before, after } = specialsOf(scored, segment);
  return [...before.map(special), ...parts, ...after.map(special)];
}

/** A text on the page that reuses its nodes where possible, so that colours change without flickering. */
export function makeTextLayer(): {
  element: HTMLElement;
  draw: (parts: readonly Part[]) => void;
  /** The elements of each word in the last drawing. */
  spans: ReadonlyMap<number, HTMLElement[]>;
} {
  const element = h("div", { class: "bw-text", dir: "auto" });
  let drawn: readonly Part[] = [];
  let nodes: (Text | HTMLElement)[] = [];
  const spans = new Map<number, HTMLElement[]>();

  const draw = (parts: readonly Part[]): void => {
    const same = (a: Part | undefined, b: Part | undefined): boolean =>
      a !== undefined && b !== undefined && a.kind === b.kind && a.text === b.text;
    const shorter = Math.min(parts.length, drawn.length);
    let head = 0;
    while (head < shorter && same(parts[head], drawn[head])) head++;
    let tail = 0;
    while (tail < shorter - head && same(parts.at(-1 - tail), drawn.at(-1 - tail))) tail++;
    const made = parts.slice(head, parts.length - tail).map(makeNode);
    for (const gone of nodes.slice(head, nodes.length - tail)) gone.remove();
    const next = nodes[nodes.length - tail] ?? null;
    const block = document.createDocumentFragment();
    block.append(...made);
    element.insertBefore(block, tail > 0 ? next : null);
    nodes = [...nodes.slice(0, head), ...made, ...nodes.slice(nodes.length - tail)];
    const shift = drawn.length - parts.length;
    spans.clear();
    parts.forEach((part, i) => {
      const node = nodes[i];
      if (!(node instanceof HTMLElement)) return;
      const previous =
        i < head ? drawn[i] : i >= parts.length - tail ? drawn[i + shift] : undefined;
      applyStyle(node, part, previous);
      for (const word of part.words) spans.set(word, [...(spans.get(word) ?? []), node]);
    });
    drawn = parts;
  };
  return { element, draw, spans };
}

function makeNode({ kind, text }: Part): Text | HTMLElement {
  if (kind === "plain") return document.createTextNode(text);
  return h("span", { class: kind === "word" ? "bw-word" : "bw-word bw-special" }, text);
}

/** Applies the style of a highlight where it differs from that of `previous`. */
function applyStyle(node: HTMLElement, part: Part, previous: Part | undefined): void {
  if (part.background !== previous?.background) node.style.backgroundColor = part.background;
  if (part.underlined !== previous?.underlined)
    node.classList.toggle("bw-negative", part.underlined);
  if (part.before !== previous?.before) node.classList.toggle("bw-before-neighbour", part.before);
  if (part.after !== previous?.after) node.classList.toggle("bw-after-neighbour", part.after);
  if (part.kind === "special") node.title = part.label;
  else applyWordStyle(node, part, previous);
}

function applyWordStyle(node: HTMLElement, part: Part, previous: Part | undefined): void {
  const word = part.words[0] ?? null;
  if (word !== (previous?.words[0] ?? null)) {
    setAttribute(node, "role", word === null ? null : "option");
    setAttribute(node, "data-word", word);
    setAttribute(node, "aria-label", word === null ? null : part.label);
    if (word === null) for (const name of ["aria-selected", "tabindex"]) node.removeAttribute(name);
  }
  if (word !== null && part.label !== previous?.label) setAttribute(node, "aria-label", part.label);
}

/** The number of UTF-16 units of a text before a code point. */
export function unitsBefore(text: string, point: number): number {
  return codePoints(text).slice(0, point).join("").length;
}
