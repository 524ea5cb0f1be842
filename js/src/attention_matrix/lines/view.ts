import { h, setText } from "../../shared/dom.ts";
import { count as written } from "../../shared/format.ts";
import type { Frame } from "../../shared/frame.ts";
import type { Palette } from "../../shared/palette.ts";
import { differs } from "../../shared/read.ts";
import { rowInView } from "../arrangement.ts";
import { type Place, plotWidth, samePlace } from "../plot/layout.ts";
import { makeMessage } from "../plot/message.ts";
import { type Pen, widestOf } from "../plot/pen.ts";
import { makeReadings, type Source } from "../plot/readings.ts";
import { makeStage, type Point, type Stage } from "../plot/stage.ts";
import { makeZoom, type Zoom } from "../plot/zoom.ts";
import type { Attention } from "../state.ts";
import { type Actions, makeView, type Picture, type View } from "../view.ts";
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
  layout: LinesLayout | null;
  pointed: Place | null;
  /** The distance between tokens after zooming; null if all fit. */
  pitch: number | null;
}

/** Lines between two columns of tokens, each head in its own colour. */
export function makeLines(frame: Frame, actions: Actions): View {
  const shown: Shown = { state: null, layout: null, pointed: null, pitch: null };
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
    const { state, layout, pointed } = shown;
    if (state === null || layout === null) return;
    const isolated = pointed ?? { row: rowInView(state), column: null };
    const drawn = findLines(state, palette, isolated);
    setText(lineCount, countOf(drawn));
    paintLines(pen, { state, layout, scroll: stage.scroll(), isolated, palette, strands: drawn });
  };
  const { stage, zoom } = makeLinesStage(frame, shown, {
    paint,
    read,
    placed: (layout) => message.centre(layout),
    choose: actions.choose,
  });

  const controls = [chips.element, threshold.element, zoom.element];
  const view = makeView(stage, message, controls, h("div", {}, lineCount, readings.element));
  const draw = (next: Attention): void => {
    if (shown.state?.rows !== next.rows) [shown.pointed, shown.pitch] = [null, null];
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
    stage.relayout();
  };
  const picture = (): Picture | null =>
    shown.layout && strands().some(({ map }) => map !== null)
      ? { width: shown.layout.viewWidth, height: shown.layout.viewHeight, paint }
      : null;
  return { ...view, draw, picture };
}

interface StageActions {
  paint: (pen: Pen, palette: Palette) => void;
  /** The token under the pointer has changed. */
  read: () => void;
  placed: (layout: LinesLayout) => void;
  choose: (row: number | null) => void;
}

/** The drawing with its pointer, keys and zoom, which change what is shown. */
function makeLinesStage(
  frame: Frame,
  shown: Shown,
  { paint, read, placed, choose }: StageActions,
): { stage: Stage; zoom: Zoom } {
  const placeUnder = (point: Point | null): Place | null =>
    point && shown.layout && tokenAt(shown.layout, point.x, point.y, stage.scroll());
  const stage = makeStage(frame, {
    label: LABEL,
    layOut: (available, pen) => {
      if (shown.state === null) return null;
      const { labels } = shown.state.rows;
      const widest = widestOf(pen, labels, Math.min(WIDEST_LABEL, 0.22 * available));
      const layout = layOutLines(plotWidth(available), labels.length, widest, shown.pitch);
      shown.layout = layout;
      placed(layout);
      zoom.draw(shown.pitch !== null, layout);
      return layout;
    },
    paint,
    pointed: (point) => {
      const next = placeUnder(point);
      if (samePlace(next, shown.pointed)) return;
      shown.pointed = next;
      read();
      stage.repaint();
    },
    pressed: (point) => {
      const place = placeUnder(point);
      choose(place && (place.row ?? place.column));
    },
    key: ({ key }) => {
      const { state, layout } = shown;
      if (state === null || layout === null) return false;
      const row = rowAfter(key, rowInView(state), layout.count);
      if (row !== null) stage.reveal(null, [row * layout.pitch, layout.pitch]);
      else if (key !== "Escape") return false;
      choose(row);
      return true;
    },
    zoom: (by) => {
      if (shown.layout === null) return false;
      shown.pitch = zoomedPitch(shown.layout, by);
      return true;
    },
  });
  const zoom = makeZoom(stage.zoom);
  return { stage, zoom };
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
