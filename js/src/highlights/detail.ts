import { h, icon } from "../shared/dom.ts";
import { digitsFor, percent, signed } from "../shared/format.ts";
import { largestMagnitude } from "../shared/scales.ts";
import { sumOfMagnitudes } from "./items.ts";
import type { Highlights } from "./state.ts";

/** The word's score, its share and its pieces, in one line. */
export function drawDetail(scored: Highlights, selected: number | null): Node[] {
  const word = selected === null ? undefined : scored.words[selected];
  if (word === undefined) {
    const hint = scored.words.length > 0 ? "Select a word to see what it adds." : "";
    return [h("span", { class: "bw-note" }, hint)];
  }
  const scores = scored.words.map(({ score }) => score);
  const digits = digitsFor(largestMagnitude(scores));
  const total = sumOfMagnitudes(scored.words);
  const side = word.score < 0 ? "against" : "towards";
  const nodes: Node[] = [
    h("bdi", { class: "bw-detail-word" }, word.text),
    h("span", { class: `bw-detail-score bw-number bw-${side}-ink` }, signed(word.score, digits)),
    h("span", { class: "bw-detail-side" }, `${side} ${scored.target}`),
  ];
  if (total > 0) {
    nodes.push(
      h("span", { class: "bw-note" }, `${percent(Math.abs(word.score) / total)} of the total`),
    );
  }
  const pieces = scored.pieces.filter((piece) => piece.word === selected);
  if (pieces.length > 1) {
    const list = pieces.map((piece) =>
      h(
        "span",
        { class: "bw-piece" },
        h("bdi", {}, piece.text),
        h("span", { class: "bw-number" }, signed(piece.score, digits)),
      ),
    );
    nodes.push(h("span", { class: "bw-pieces", "aria-label": "Word pieces" }, ...list));
  }
  return nodes;
}

const LARGE_ERROR = 0.05;

/** How far the scores add up to what they claim to explain, in plain words. */
export function drawCompleteness(error: number | null): (Node | string)[] {
  if (error === null) return [];
  return error <= LARGE_ERROR
    ? [icon("check"), `The scores add up to the change in the logit within ${percent(error)}.`]
    : [
        icon("alarm"),
        `The scores miss the change in the logit by ${percent(error)}: read them with care.`,
      ];
}
