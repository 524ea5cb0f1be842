import type { Palette } from "../../shared/color/palette.ts";
import { h, setText } from "../../shared/dom.ts";
import { count as written } from "../../shared/format.ts";
import type { Frame } from "../../shared/frame.ts";
import { differs } from "../../shared/model/read.ts";
import { rowInView } from "../arrangement.ts";
import { type Place, plotWidth, samePlace } from "../plot/layout.ts";
import { type Message, makeMessage } from "../plot/message.ts";
import type { Pen } from "../plot/pen.ts";
import { makeReadings, type Source } from "../plot/readings.ts";
import type { Point } from "../plot/stage.ts";
import { makeTokenPlot, type TokenPlot } from "../plot/token_plot.ts";
import type { Attention } from "../state.ts";
import { type Actions, makeView, type Picture, pictureOf, type View } from "../view.ts";
import { makeHeadChips } from "./head_chips.ts";
import { type Lines, linesOf, type Strand, strandsOf } from "./links.ts";
import { type LinesLayout, layOutLines, paintLines, tokenAt, zoomedPitch } from "./paint.ts";
import { makeThreshold } from "./threshold.ts";

const WIDEST_LABEL = 110;
const NO_LINES: Lines = { lines: [], total: 0 };

const LABEL =
  "Attention lines: the up and down arrow keys choose a token and show only its lines, Escape shows all lines, plus and minus zoom, 0 shows all tokens";

type Drawn = Strand & Lines;

/** What the view shows at the moment. */
interface Shown {
  state: Attention | null;
  pointed: Place | null;
}

/** Lines between two columns of tokens, each head in its own colour. */
export function makeLines(frame: Frame, actions: Actions): View {
  const shown: Shown = { state: null, pointed: null };
  const message = makeMessage();
  const readings = makeReadings();
  const chips = makeHeadChips((heads) => actions.set("line_heads", heads));
  const threshold = makeThreshold((value) => actions.set("threshold", value));
  const lineCount = h("p", { class: "bw-note bw-line-count" });
  const strands = (): Strand[] =>
    shown.state === null ? [] : strandsOf(shown.state, frame.palette);
  const read = (): void => {
    if (shown.state !== null) readings.draw(shown.state, shown.pointed, sourcesOf(strands()));
  };
  const findLines = lineFinder();
  const paint = (pen: Pen, palette: Palette): void => {
    const { state, pointed } = shown;
    const layout = plot.layout();
    if (state === null || layout === null) return;
    const isolated = pointed ?? { row: rowInView(state), column: null };
    const drawn = findLines(state, palette, isolated);
    setText(lineCount, countOf(drawn));
    const scroll = plot.stage.scroll();
    paintLines(pen, { state, layout, scroll, isolated, palette, strands: drawn });
  };
  const plot = makeLinesPlot(frame, shown, { paint, read, message, choose: actions.choose });

  const controls = [chips.element, threshold.element, plot.zoom];
  const view = makeView(plot.stage, message, controls, h("div", {}, lineCount, readings.element));
  const draw = (next: Attention): void => {
    if (shown.state?.rows !== next.rows) {
      shown.pointed = null;
      plot.fit();
    }
    shown.state = next;
    const present = strands();
    chips.draw(next, present);
    threshold.draw(next.threshold);
    const missing = present.filter(({ map }) => map === null);
    message.draw(
      missing.length === present.length ? missing.map(({ head }) => ({ ...next, head })) : [],
      next,
    );
    read();
    plot.stage.relayout();
  };
  const picture = (): Picture | null =>
    strands().some(({ map }) => map !== null) ? pictureOf(plot.layout(), paint) : null;
  return { ...view, draw, picture };
}

interface PlotActions {
  paint: (pen: Pen, palette: Palette) => void;
  /** The token under the pointer has changed. */
  read: () => void;
  message: Message;
  choose: (row: number | null) => void;
}

/** The drawing with its pointer and keys, which change what is shown. */
function makeLinesPlot(
  frame: Frame,
  shown: Shown,
  { paint, read, message, choose }: PlotActions,
): TokenPlot<LinesLayout> {
  const placeUnder = (point: Point | null): Place | null => {
    const layout = plot.layout();
    return point && layout && tokenAt(layout, point.x, point.y, plot.stage.scroll());
  };
  const plot = makeTokenPlot(frame, {
    label: LABEL,
    labels: () => shown.state?.rows.labels ?? null,
    widestLabel: WIDEST_LABEL,
    layOut: (available, ...sizes) => layOutLines(plotWidth(available), ...sizes),
    zoomed: zoomedPitch,
    message,
    paint,
    pointed: (point) => {
      const next = placeUnder(point);
      if (samePlace(next, shown.pointed)) return;
      shown.pointed = next;
      read();
      plot.stage.repaint();
    },
    pressed: (point) => {
      const place = placeUnder(point);
      choose(place && (place.row ?? place.column));
    },
    key: ({ key }) => {
      const { state } = shown;
      const layout = plot.layout();
      if (state === null || layout === null) return false;
      const row = rowAfter(key, rowInView(state), layout.count);
      if (row !== null) plot.stage.reveal(null, [row * layout.pitch, layout.pitch]);
      else if (key !== "Escape") return false;
      choose(row);
      return true;
    },
  });
  return plot;
}

/** The row that an arrow key moves to; null for other keys. */
function rowAfter(key: string, row: number | null, count: number): number | null {
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  const by = key === "ArrowDown" ? 1 : -1;
  const from = row ?? (by === 1 ? -1 : count);
  return Math.min(count - 1, Math.max(0, from + by));
}

/** Finds the lines to draw, again only after something has changed. */
function lineFinder(): (state: Attention, palette: Palette, isolated: Place) => Drawn[] {
  const changed = differs();
  let drawn: Drawn[] = [];
  return (state, palette, isolated) => {
    if (changed(state, palette, isolated.row, isolated.column))
      drawn = strandsOf(state, palette).map((strand) => ({
        ...strand,
        ...(strand.map === null ? NO_LINES : linesOf(state, strand.map, isolated)),
      }));
    return drawn;
  };
}

/** The maps to describe, in colour if there are several. */
function sourcesOf(strands: readonly Strand[]): Source[] {
  return strands.flatMap(({ map, color }) =>
    map === null ? [] : [{ map, color: strands.length > 1 ? color : null }],
  );
}

function countOf(drawn: readonly Drawn[]): string {
  const shown = drawn.reduce((sum, { lines }) => sum + lines.length, 0);
  const total = drawn.reduce((sum, strand) => sum + strand.total, 0);
  const part = shown < total ? `The ${written(shown)} strongest of ` : "";
  const lines = `${written(total)} ${total === 1 ? "line" : "lines"}`;
  return `${part}${lines}. Point at a token to see only its lines.`;
}
