import type { Palette } from "../../shared/color/palette.ts";
import type { Frame } from "../../shared/frame.ts";
import { isWhole } from "../arrangement.ts";
import { type AttentionMap, halved } from "../maps.ts";
import {
  cellBeside,
  type Layout,
  layOut,
  type Place,
  placeAt,
  samePlace,
  zoomedCell,
} from "../plot/layout.ts";
import { type Message, makeMessage } from "../plot/message.ts";
import type { Grid, Pen } from "../plot/pen.ts";
import { makeReadings } from "../plot/readings.ts";
import { type GridMaker, gridMaker } from "../plot/shades.ts";
import type { Point, Scroll } from "../plot/stage.ts";
import { makeTokenPlot, type TokenPlot } from "../plot/token_plot.ts";
import type { Attention } from "../state.ts";
import { type Actions, makeView, type Picture, pictureOf, type View } from "../view.ts";
import { paintMatrix } from "./paint.ts";

const WIDEST_LABEL = 96;

const LABEL =
  "Attention matrix: arrow keys move from cell to cell, Enter selects the word, plus and minus zoom, 0 shows all";

/** What the view shows at the moment. */
interface Shown {
  state: Attention | null;
  cursor: Place | null;
}

/** The chosen map: rows attend to columns. */
export function makeMatrix(frame: Frame, actions: Actions): View {
  const shown: Shown = { state: null, cursor: null };
  const message = makeMessage();
  const readings = makeReadings();
  const read = (): void => {
    const { state, cursor } = shown;
    if (state !== null)
      readings.draw(state, cursor, state.map ? [{ map: state.map, color: null }] : []);
  };
  const { plot, paint } = makeMatrixPlot(frame, shown, { read, message, choose: actions.choose });

  const view = makeView(plot.stage, message, [plot.zoom], readings.element);
  const draw = (next: Attention): void => {
    if (shown.state?.rows !== next.rows) {
      shown.cursor = null;
      plot.fit();
    }
    shown.state = next;
    message.draw(next.map === null ? [next] : [], next);
    read();
    plot.stage.relayout();
  };
  const picture = (): Picture | null => (shown.state?.map ? pictureOf(plot.layout(), paint) : null);
  return { ...view, draw, picture };
}

interface PlotActions {
  /** The cell under the cursor has changed. */
  read: () => void;
  message: Message;
  choose: (row: number | null) => void;
}

/** The drawing with its pointer and keys, which change what is shown. */
function makeMatrixPlot(
  frame: Frame,
  shown: Shown,
  { read, message, choose }: PlotActions,
): { plot: TokenPlot<Layout>; paint: Picture["paint"] } {
  const painted = matrixPainter(shown);
  const paint: Picture["paint"] = (pen, palette) => {
    const layout = plot.layout();
    if (layout !== null) painted(pen, palette, layout, plot.stage.scroll());
  };
  const placeUnder = (point: Point | null): Place | null => {
    const layout = plot.layout();
    return point && layout && placeAt(layout, point.x, point.y, plot.stage.scroll());
  };
  const move = (cursor: Place | null): void => {
    if (samePlace(cursor, shown.cursor)) return;
    shown.cursor = cursor;
    read();
    plot.stage.repaint();
  };
  const plot = makeTokenPlot(frame, {
    label: LABEL,
    labels: () => shown.state?.rows.labels ?? null,
    widestLabel: WIDEST_LABEL,
    layOut,
    zoomed: zoomedCell,
    message,
    paint,
    pointed: (point) => move(placeUnder(point)),
    pressed: (point) => {
      const place = placeUnder(point);
      if (place) choose(place.row ?? place.column);
    },
    key: ({ key }) => {
      const { cursor } = shown;
      const layout = plot.layout();
      if (layout === null || layout.count === 0) return false;
      const { cell } = layout;
      const next = cellBeside(cursor, key, layout.count);
      if (next !== null) {
        plot.stage.reveal([next.column * cell, cell], [next.row * cell, cell]);
        move(next);
      } else if (key === "Enter" || key === " ") choose(cursor?.row ?? cursor?.column ?? null);
      else if (key === "Escape") {
        choose(null);
        move(null);
      } else return false;
      return true;
    },
  });
  return { plot, paint };
}

/** Paints the map; one with several cells per pixel is halved first. */
function matrixPainter(
  shown: Shown,
): (pen: Pen, palette: Palette, layout: Layout, scroll: Scroll) => void {
  const gridOf = gridMaker();
  let pooled: { map: AttentionMap; bytes: Uint8Array } | null = null;
  const gridIn = (map: AttentionMap, cell: number, palette: Palette): Grid => {
    if (cell * devicePixelRatio >= 1) return gridOf(map.bytes, map.count, palette);
    if (pooled?.map !== map) pooled = { map, bytes: halved(map) };
    return gridOf(pooled.bytes, Math.ceil(map.count / 2), palette);
  };
  return (pen, palette, layout, scroll) => {
    const { state, cursor } = shown;
    if (state === null) return;
    paintMatrix(pen, {
      state,
      layout,
      scroll,
      cursor,
      palette,
      grid: state.map && gridIn(state.map, layout.cell, palette),
      preview: previewOf(state, palette, gridOf),
    });
  };
}

/** The thumbnail of a head, shown until its matrix is available. */
function previewOf(
  state: Attention,
  palette: Palette,
  gridOf: GridMaker,
): { grid: Grid; side: number; index: number } | null {
  const { thumbnails, layer, head, heads, measure, rows } = state;
  if (!thumbnails || layer < 0 || head < 0 || measure !== "weights" || !isWhole(rows)) return null;
  const { side } = thumbnails;
  return { grid: gridOf(thumbnails.bytes, side, palette), side, index: layer * heads + head };
}
