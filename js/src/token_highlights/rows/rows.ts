import type { Palette } from "../../shared/color/palette.ts";
import { largestMagnitude } from "../../shared/color/scales.ts";
import { h, setAttribute, setText } from "../../shared/dom.ts";
import { digitsFor, signed } from "../../shared/format.ts";
import type { Frame } from "../../shared/frame.ts";
import { leastScale } from "../chance.ts";
import type { Highlights, Rows } from "../state.ts";
import { LONG, makeTextLayer, partsOf } from "../text/text_view.ts";
import { makeStrip } from "./strip.ts";

/** With more words than this in all rows together each row is a strip of colours. */
const MOST_WORDS = 700;

const STRIPS = " · each strip is the whole text: point at it to see a word";

export interface RowsDrawing {
  /** The name of each row, and a number beside it. */
  names: readonly (readonly [name: string, figure: string])[];
  rows: Rows;
  scored: Highlights;
  remark: string;
  palette: Palette;
  selected: number | null;
  /** The highlighted row; -1 for none. */
  current: number;
}

interface RowsActions {
  hover: (word: number | null) => void;
  select: (word: number) => void;
}

interface Row {
  element: HTMLElement;
  draw: (drawing: RowsDrawing, scores: Float32Array, largest: number) => void;
}

/** Rows of word scores that share one colour scale. */
export function makeRows(
  frame: Frame,
  title: string,
  actions: RowsActions,
): { element: HTMLElement; draw: (drawing: RowsDrawing | null, waiting: string) => void } {
  const remark = h("span", { class: "bw-note", role: "status" });
  const list = h("div", { class: "bw-rows", role: "group", "aria-label": title });
  const element = h(
    "section",
    { class: "bw-part", "aria-label": title, hidden: true },
    h("div", { class: "bw-part-head" }, h("h3", {}, title), remark),
    list,
  );
  let rows: NamedRow[] = [];
  let built = "";

  const build = (count: number, asText: boolean): void => {
    if (built === `${count} ${asText}`) return;
    built = `${count} ${asText}`;
    rows = Array.from({ length: count }, () =>
      makeNamedRow(asText ? makeTextRow() : makeStripRow(frame, actions)),
    );
    list.replaceChildren(...rows.map((row) => row.element));
    list.classList.toggle("bw-strips", !asText);
  };
  const draw = (drawing: RowsDrawing | null, waiting: string): void => {
    element.hidden = drawing === null && waiting === "";
    // The current rows stay, faded, until the next ones arrive, so that nothing below moves.
    list.classList.toggle("bw-faded", drawing === null);
    setAttribute(list, "aria-busy", drawing === null ? "true" : null);
    if (drawing === null) setText(remark, waiting);
    if (drawing === null) return;
    const { scores, count } = drawing.rows;
    const words = scores.length / count;
    const asText = scores.length <= MOST_WORDS && words <= LONG;
    setText(remark, `${drawing.remark}${asText ? "" : STRIPS}`);
    build(count, asText);
    const largest = Math.max(leastScale(drawing.scored), largestMagnitude(scores));
    // A list that scrolls must be reachable by keyboard.
    requestAnimationFrame(() => {
      list.tabIndex = list.scrollHeight > list.clientHeight ? 0 : -1;
    });
    rows.forEach((row, i) => {
      row.draw(drawing, i, scores.subarray(i * words, (i + 1) * words), largest);
    });
  };
  return { element, draw };
}

interface NamedRow {
  element: HTMLElement;
  draw: (drawing: RowsDrawing, index: number, scores: Float32Array, largest: number) => void;
}

/** A row with its name and its number. */
function makeNamedRow(row: Row): NamedRow {
  const [name, figure] = [h("bdi"), h("span", { class: "bw-note bw-number" })];
  const label = h("div", { class: "bw-row-label" }, name, figure);
  const element = h("div", { class: "bw-row" }, label, row.element);
  const draw: NamedRow["draw"] = (drawing, index, scores, largest) => {
    const [title, value] = drawing.names[index] ?? ["", ""];
    setText(name, title);
    name.title = title;
    setText(figure, value);
    element.classList.toggle("bw-row-current", index === drawing.current);
    const summary = `${title}: ${strongest(drawing.scored, scores, largest)}`;
    setAttribute(row.element, "role", "img");
    setAttribute(row.element, "aria-label", summary);
    row.draw(drawing, scores, largest);
  };
  return { element, draw };
}

/** The three words with the largest scores in a row. */
function strongest({ words }: Highlights, scores: Float32Array, largest: number): string {
  const order = Array.from(scores.keys()).sort(
    (a, b) => Math.abs(scores[b] ?? 0) - Math.abs(scores[a] ?? 0),
  );
  const digits = digitsFor(largest);
  return order
    .slice(0, 3)
    .map((i) => `${words[i]?.text} ${signed(scores[i] ?? 0, digits)}`)
    .join(", ");
}

function makeTextRow(): Row {
  const layers = [makeTextLayer(), makeTextLayer()] as const;
  return {
    element: h("div", { class: "bw-row-text" }, ...layers.map((layer) => layer.element)),
    draw: ({ scored, palette }, scores, largest) => {
      const words = scored.words.map((word, i) => ({ ...word, score: scores[i] ?? 0 }));
      const drawing = {
        texts: scored.texts,
        scored: { ...scored, words },
        tokens: false,
        largest,
        palette,
        editing: true,
      };
      layers.forEach((layer, i) => {
        layer.element.hidden = i === 1 && scored.texts[1] === "";
        layer.draw(partsOf(i === 0 ? 0 : 1, drawing));
      });
    },
  };
}

function makeStripRow(frame: Frame, actions: RowsActions): Row {
  const strip = makeStrip(frame, actions);
  return {
    element: strip.element,
    draw: ({ scored, palette, selected }, scores, largest) =>
      strip.draw({ words: scored.words, scores, largest, palette, selected }),
  };
}
