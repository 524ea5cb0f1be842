import { css } from "../shared/color.ts";
import { h, setText } from "../shared/dom.ts";
import { decimal } from "../shared/format.ts";
import type { Palette } from "../shared/palette.ts";
import { sequential } from "../shared/scales.ts";
import type { Place } from "./layout.ts";
import { type Attention, weightOf } from "./state.ts";

const STRONGEST = 7;

export const quoted = (token: string | undefined): string => `“${token ?? ""}”`;

/** The row that the readings speak of: the one pointed at, else that of the selected word. */
export function rowInView(state: Attention, cursor: Place | null): number | null {
  if (cursor !== null) return cursor.row;
  if (state.selected === null) return null;
  const row = state.tokenWords.indexOf(state.selected);
  return row === -1 ? null : row;
}

export interface Link {
  row: number;
  column: number;
  weight: number;
}

/** The strongest links of one row or, for null, of the whole head; strongest first. */
export function strongest({ weights, tokens }: Attention, row: number | null): Link[] {
  if (weights === null) return [];
  const count = tokens.length;
  const { bytes } = weights;
  const [from, to] = row === null ? [0, count * count] : [row * count, (row + 1) * count];
  const best: number[] = [];
  for (let i = from; i < to; i++) {
    const least = best[STRONGEST - 1];
    if (least !== undefined && (bytes[i] ?? 0) <= (bytes[least] ?? 0)) continue;
    let at = best.length;
    while (at > 0 && (bytes[best[at - 1] ?? 0] ?? 0) < (bytes[i] ?? 0)) at--;
    best.splice(at, 0, i);
    best.length = Math.min(best.length, STRONGEST);
  }
  return best.map((i) => {
    const [at, column] = [Math.floor(i / count), i % count];
    return { row: at, column, weight: weightOf(weights, count, at, column) };
  });
}

/** One cell in words and numbers, and where the row's attention goes. */
export function makeReadings(): {
  element: HTMLElement;
  draw: (state: Attention, cursor: Place | null) => void;
} {
  const cell = h("div", { class: "bw-cell-reading", "aria-live": "polite" });
  const heading = h("div", { class: "bw-caption" });
  const list = h("div", { class: "bw-strongest" });
  const element = h("div", { class: "bw-readings" }, cell, heading, list);

  const draw = (state: Attention, cursor: Place | null): void => {
    const { tokens, weights } = state;
    const row = rowInView(state, cursor);
    const column = cursor?.column ?? null;
    if (cursor !== null && cursor.row !== null && column !== null && weights !== null) {
      const weight = weightOf(weights, tokens.length, cursor.row, column);
      cell.replaceChildren(
        h("bdi", {}, quoted(tokens[cursor.row])),
        h("span", { class: "bw-arrow" }, "→"),
        h("bdi", {}, quoted(tokens[column])),
        h("span", { class: "bw-cell-weight bw-number" }, decimal(weight, 2)),
      );
    } else {
      const hint = weights === null ? "" : "Point at a cell to read its weight.";
      cell.replaceChildren(h("span", { class: "bw-note" }, hint));
    }
    const found = strongest(state, row);
    const most = found[0]?.weight ?? 0;
    heading.hidden = found.length === 0;
    setText(
      heading,
      row === null ? "Strongest in this head" : `${quoted(tokens[row])} looks most at`,
    );
    list.replaceChildren(
      ...found.map(({ row: from, column: to, weight }) => {
        const name = row === null ? `${tokens[from]} → ${tokens[to]}` : (tokens[to] ?? "");
        const fill = h("span", { class: "bw-strength-fill" });
        fill.style.width = `${most > 0 ? (100 * weight) / most : 0}%`;
        return h(
          "div",
          { class: to === column ? "bw-strength bw-current" : "bw-strength" },
          h("bdi", { class: "bw-strength-name", title: name }, name),
          h("span", { class: "bw-strength-track" }, fill),
          h("span", { class: "bw-number" }, decimal(weight, 2)),
        );
      }),
    );
  };
  return { element, draw };
}

/** The colours of the weights, from none to the largest this head gives. */
export function makeScale(): {
  element: HTMLElement;
  draw: (largest: number | null, palette: Palette) => void;
} {
  const ramp = h("span", { class: "bw-scale-ramp" });
  const most = h("span");
  const element = h(
    "div",
    { class: "bw-scale bw-note bw-number" },
    h("span", {}, "Weight"),
    h("span", {}, "0"),
    ramp,
    most,
  );
  const draw = (largest: number | null, palette: Palette): void => {
    const colors = sequential(palette).filter((_, i) => i % 17 === 0);
    ramp.style.backgroundImage = `linear-gradient(to right, ${colors.map(css).join(", ")})`;
    setText(most, largest === null ? "–" : decimal(largest, 2));
  };
  return { element, draw };
}
