import { css, type Rgb } from "../../shared/color/color.ts";
import { h, setText } from "../../shared/dom.ts";
import { percent } from "../../shared/format.ts";
import { passes, rowInView } from "../arrangement.ts";
import { type AttentionMap, valueAt, written } from "../maps.ts";
import type { Attention } from "../state.ts";
import { eachCell, type Place } from "./layout.ts";

const STRONGEST = 8;

export const quoted = (token: string | undefined): string => `“${token ?? ""}”`;

export interface Link {
  row: number;
  column: number;
  weight: number;
}

/** The strongest links of a map, or of one row or column of it; strongest first. */
export function strongest(
  map: AttentionMap,
  place: Place,
  passing: (row: number, column: number) => boolean,
): Link[] {
  const { bytes, count } = map;
  const best: number[] = [];
  eachCell(count, place, (row, column) => {
    const i = row * count + column;
    const least = best[STRONGEST - 1];
    if (least !== undefined && (bytes[i] ?? 0) <= (bytes[least] ?? 0)) return;
    if (passing(row, column)) insert(best, bytes, i);
  });
  return best.map((i) => {
    const [row, column] = [Math.floor(i / count), i % count];
    return { row, column, weight: valueAt(map, row, column) };
  });
}

/** Inserts an index among the strongest. */
function insert(best: number[], bytes: Uint8Array, i: number): void {
  let place = best.length;
  while (place > 0 && (bytes[best[place - 1] ?? 0] ?? 0) < (bytes[i] ?? 0)) place--;
  best.splice(place, 0, i);
  best.length = Math.min(best.length, STRONGEST);
}

/** A map that is described, and the colour in which it is drawn, if any. */
export interface Source {
  map: AttentionMap;
  color: Rgb | null;
}

/** Describes one cell, and where the attention of its row goes. */
export function makeReadings(): {
  element: HTMLElement;
  draw: (state: Attention, cursor: Place | null, sources: readonly Source[]) => void;
} {
  const cell = h("div", { class: "bw-cell-reading", "aria-live": "polite" });
  const heading = h("div", { class: "bw-caption" });
  const list = h("div", { class: "bw-strongest" });
  const share = h("p", { class: "bw-note" });
  const element = h("div", { class: "bw-readings" }, cell, heading, list, share);

  const drawCell = (
    state: Attention,
    map: AttentionMap | undefined,
    cursor: Place | null,
  ): void => {
    const { labels } = state.rows;
    const { row = null, column = null } = cursor ?? {};
    cell.hidden = state.view === "lines";
    if (row !== null && column !== null && map !== undefined) {
      cell.replaceChildren(
        h("bdi", {}, quoted(labels[row])),
        h("span", { class: "bw-arrow" }, "→"),
        h("bdi", {}, quoted(labels[column])),
        h("span", { class: "bw-cell-weight bw-number" }, written(map, valueAt(map, row, column))),
      );
    } else {
      const hint = map === undefined ? "" : "Point at a cell or a token to read its weights.";
      cell.replaceChildren(h("span", { class: "bw-note" }, hint));
    }
  };

  const draw = (state: Attention, cursor: Place | null, sources: readonly Source[]): void => {
    const { labels } = state.rows;
    const place = placeOf(state, cursor);
    const passing = passes(state.filter, state.rows);
    drawCell(state, sources[0]?.map, cursor);
    const links = sources
      .flatMap((source) =>
        strongest(source.map, place, passing).map((link) => ({ ...link, source })),
      )
      .sort((a, b) => b.weight - a.weight)
      .slice(0, STRONGEST);
    const most = links[0]?.weight ?? 0;
    heading.hidden = links.length === 0;
    setText(heading, headingOf(place, labels));
    list.replaceChildren(
      ...links.map((link) => {
        const isCurrent = cursor?.row === link.row && cursor.column === link.column;
        return strength(nameOf(link, place, labels), link, most, isCurrent);
      }),
    );
    setText(share, leftOutSentence(state, sources[0]?.map, place.row));
    share.hidden = share.textContent === "";
  };
  return { element, draw };
}

interface Found extends Link {
  source: Source;
}

/** One entry of the list: the other token, a bar, the weight. */
function strength(
  name: string,
  { weight, source }: Found,
  most: number,
  isCurrent: boolean,
): HTMLElement {
  const fill = h("span", { class: "bw-strength-fill" });
  fill.style.width = `${most > 0 ? (100 * weight) / most : 0}%`;
  if (source.color !== null) fill.style.background = css(source.color);
  return h(
    "div",
    { class: isCurrent ? "bw-strength bw-current" : "bw-strength" },
    h("bdi", { class: "bw-strength-name", title: name }, name),
    h("span", { class: "bw-strength-track" }, fill),
    h("span", { class: "bw-number" }, written(source.map, weight)),
  );
}

/** Both tokens of a link, or the one that the heading does not name. */
function nameOf({ row, column }: Link, place: Place, labels: readonly string[]): string {
  if (place.row !== null) return labels[column] ?? "";
  if (place.column !== null) return labels[row] ?? "";
  return `${labels[row]} → ${labels[column]}`;
}

/** The row under the pointer, else the column under it; without a pointer, the selected row. */
function placeOf(state: Attention, cursor: Place | null): Place {
  if (cursor === null) return { row: rowInView(state), column: null };
  return cursor.row === null ? cursor : { row: cursor.row, column: null };
}

function headingOf({ row, column }: Place, labels: readonly string[]): string {
  if (row !== null) return `${quoted(labels[row])} looks most at`;
  return column === null ? "Strongest of all" : `Looking most at ${quoted(labels[column])}`;
}

/** How much attention went to the hidden special tokens. */
function leftOutSentence(
  { leftOut, rows, measure }: Attention,
  map: AttentionMap | undefined,
  row: number | null,
): string {
  if (map === undefined || leftOut.length === 0) return "";
  const whole =
    measure === "weights" || measure === "rollout" ? "1" : "the original sum of the row";
  const rest = `The rest is scaled up to ${whole} (grey bars on the right: the hidden share).`;
  if (row !== null) {
    const part = percent(leftOut[row] ?? 0);
    return `${part} of the attention of ${quoted(rows.labels[row])} went to special tokens, which are hidden. ${rest}`;
  }
  return `Up to ${percent(map.largestLeftOut)} of a row went to special tokens, which are hidden. ${rest}`;
}
