import { h, setText } from "../shared/dom.ts";
import { count as written } from "../shared/format.ts";
import type { Frame } from "../shared/frame.ts";
import type { Palette } from "../shared/palette.ts";
import { differs } from "../shared/read.ts";
import { rowInView } from "./arrangement.ts";
import { makeHeadChips } from "./head_chips.ts";
import { type Place, plotWidth } from "./layout.ts";
import { type LinesLayout, layOutLines, paintLines, tokenAt, zoomedPitch } from "./lines_paint.ts";
import { type Lines, linesOf, type Strand, strandsOf } from "./links.ts";
import { makeMessage } from "./message.ts";
import { type Pen, widestOf } from "./pen.ts";
import { makeReadings } from "./readings.ts";
import { makeStage } from "./stage.ts";
import type { Attention } from "./state.ts";
import { makeThreshold } from "./threshold.ts";
import { type Actions, makeView, type View } from "./view.ts";
import { makeZoom } from "./zoom.ts";

const WIDEST_LABEL = 110;
const NONE: Place = { row: null, column: null };
const NO_LINES: Lines = { lines: [], total: 0 };

type Drawn = Strand & Lines;

/** Lines between two columns of tokens, each head in its own colour. */
export function makeLines(frame: Frame, actions: Actions): View {
  let state: Attention | null = null;
  let layout: LinesLayout | null = null;
  let pointed: Place | null = null;
  let zoomed: number | null = null;
  const message = makeMessage();
  const readings = makeReadings();
  const chips = makeHeadChips((heads) => actions.set("line_heads", heads));
  const threshold = makeThreshold((value) => actions.set("threshold", value));
  const said = h("p", { class: "bw-note bw-line-count" });

  const isolated = (): Place => {
    if (pointed !== null || state === null) return pointed ?? NONE;
    return { row: rowInView(state), column: null };
  };
  const strands = (palette = frame.palette) => (state === null ? [] : strandsOf(state, palette));
  /** Computed again only if something else is drawn. */
  const changed = differs();
  let drawn: Drawn[] = [];
  const find = (palette: Palette): Drawn[] => {
    const { row, column } = isolated();
    if (state === null || !changed(state, palette, row, column)) return drawn;
    const shown = state;
    drawn = strands(palette).map((strand) => ({
      ...strand,
      ...(strand.map === null ? NO_LINES : linesOf(shown, strand.map, { row, column })),
    }));
    return drawn;
  };
  const paint = (pen: Pen, palette: Palette): void => {
    if (state === null || layout === null) return;
    const scroll = stage.scroll();
    const found = strandsToDraw(palette);
    setText(said, countOf(found));
    paintLines(pen, { state, layout, scroll, isolated: isolated(), palette, strands: found });
  };
  const stage = makeStage(frame, {
    label:
      "Attention lines: the up and down arrow keys choose a token and show only its lines, Escape shows all lines, plus and minus zoom, 0 shows all tokens",
    layOut: (available, pen) => {
      if (state === null) return null;
      const { labels } = state.rows;
      const widest = widestOf(pen, labels, Math.min(WIDEST_LABEL, 0.22 * available));
      layout = layOutLines(plotWidth(available), labels.length, widest, zoomed);
      message.centre(layout);
      zoom.draw(zoomed !== null, layout);
      return layout;
    },
    paint,
    pointed: (at) => {
      const next = at && layout && tokenAt(layout, at.x, at.y, stage.scroll());
      if (next?.row === pointed?.row && next?.column === pointed?.column) return;
      pointed = next ?? null;
      read();
      stage.repaint();
    },
    pressed: ({ x, y }) => {
      const at = layout && tokenAt(layout, x, y, stage.scroll());
      actions.choose(at ? (at.row ?? at.column) : null);
    },
    key: ({ key }) => pressed(key),
    zoom: (by) => {
      if (layout === null) return false;
      zoomed = zoomedPitch(layout, by);
      return true;
    },
  });
  const zoom = makeZoom(stage.zoom);
  const pressed = (key: string): boolean => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (state === null || layout === null) return false;
    if (by !== undefined) {
      const from = rowInView(state) ?? (by === 1 ? -1 : layout.count);
      const row = Math.min(layout.count - 1, Math.max(0, from + by));
      stage.reveal(null, [row * layout.pitch, layout.pitch]);
      actions.choose(row);
    } else if (key === "Escape") actions.choose(null);
    else return false;
    return true;
  };
  const read = (): void => {
    if (state === null) return;
    const present = strands();
    const sources = present.flatMap(({ map, color }) =>
      map === null ? [] : [{ map, color: present.length > 1 ? color : null }],
    );
    readings.draw(state, pointed, sources);
  };

  const controls = [chips.element, threshold.element, zoom.element];
  const view = makeView(stage, message, controls, h("div", {}, said, readings.element));
  return {
    ...view,
    draw: (next) => {
      const rearranged = state?.rows !== next.rows;
      state = next;
      if (rearranged) [pointed, zoomed] = [null, null];
      const present = strands();
      chips.draw(next, present);
      threshold.draw(next.threshold);
      const missing = present.filter(({ map }) => map === null);
      message.draw(
        missing.length === present.length ? missing.map(({ head }) => ({ ...next, head })) : [],
        next,
      );
      read();
      stage.relayout();
    },
    picture: () =>
      layout && strands().some(({ map }) => map !== null)
        ? { width: layout.viewWidth, height: layout.viewHeight, paint }
        : null,
  };
}

function countOf(drawn: readonly Drawn[]): string {
  const shown = drawn.reduce((sum, { lines }) => sum + lines.length, 0);
  const total = drawn.reduce((sum, strand) => sum + strand.total, 0);
  const part = shown < total ? `The ${written(shown)} strongest of ` : "";
  const lines = `${written(total)} ${total === 1 ? "line" : "lines"}`;
  return `${part}${lines}. Point at a token to see only its lines.`;
}
