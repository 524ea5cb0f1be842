import type { Frame } from "../../shared/frame.ts";
import type { Palette } from "../../shared/palette.ts";
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
import { makeMessage } from "../plot/message.ts";
import { type Grid, widestOf } from "../plot/pen.ts";
import { makeReadings } from "../plot/readings.ts";
import { type GridMaker, gridMaker } from "../plot/shades.ts";
import { makeStage, type Point, type Scroll, type Stage } from "../plot/stage.ts";
import { makeZoom, type Zoom } from "../plot/zoom.ts";
import type { Attention } from "../state.ts";
import { type Actions, makeView, type Picture, type View } from "../view.ts";
import { paintMatrix } from "./paint.ts";

const WIDEST_LABEL = 96;

const LABEL =
  "Attention matrix: arrow keys move from cell to cell, Enter selects the word, plus and minus zoom, 0 shows all";

/** What the view shows at the moment. */
interface Shown {
  state: Attention | null;
  layout: Layout | null;
  cursor: Place | null;
  /** The size of a cell after zooming; null if all fit. */
  cell: number | null;
}

/** The chosen map: rows attend to columns. */
export function makeMatrix(frame: Frame, actions: Actions): View {
  const shown: Shown = { state: null, layout: null, cursor: null, cell: null };
  const message = makeMessage();
  const readings = makeReadings();
  const read = (): void => {
    const { state, cursor } = shown;
    if (state !== null)
      readings.draw(state, cursor, state.map ? [{ map: state.map, color: null }] : []);
  };
  const { stage, zoom, paint } = makeMatrixStage(frame, shown, {
    read,
    placed: (layout) => message.centre(layout),
    choose: actions.choose,
  });

  const view = makeView(stage, message, [zoom.element], readings.element);
  const draw = (next: Attention): void => {
    if (shown.state?.rows !== next.rows) [shown.cursor, shown.cell] = [null, null];
    shown.state = next;
    message.draw(next.map === null ? [next] : [], next);
    read();
    stage.relayout();
  };
  const picture = (): Picture | null =>
    shown.layout && shown.state?.map
      ? { width: shown.layout.viewWidth, height: shown.layout.viewHeight, paint }
      : null;
  return { ...view, draw, picture };
}

interface StageActions {
  /** The cell under the cursor has changed. */
  read: () => void;
  placed: (layout: Layout) => void;
  choose: (row: number | null) => void;
}

/** The drawing with its pointer, keys and zoom, which change what is shown. */
function makeMatrixStage(
  frame: Frame,
  shown: Shown,
  { read, placed, choose }: StageActions,
): { stage: Stage; zoom: Zoom; paint: Picture["paint"] } {
  const paint = matrixPainter(shown, () => stage.scroll());
  const placeUnder = (point: Point | null): Place | null =>
    point && shown.layout && placeAt(shown.layout, point.x, point.y, stage.scroll());
  const move = (cursor: Place | null): void => {
    if (samePlace(cursor, shown.cursor)) return;
    shown.cursor = cursor;
    read();
    stage.repaint();
  };
  const stage = makeStage(frame, {
    label: LABEL,
    layOut: (available, pen) => {
      if (shown.state === null) return null;
      const { labels } = shown.state.rows;
      const widest = widestOf(pen, labels, Math.min(WIDEST_LABEL, 0.22 * available));
      const layout = layOut(available, labels.length, widest, shown.cell);
      shown.layout = layout;
      placed(layout);
      zoom.draw(shown.cell !== null, layout);
      return layout;
    },
    paint,
    pointed: (point) => move(placeUnder(point)),
    pressed: (point) => {
      const place = placeUnder(point);
      if (place) choose(place.row ?? place.column);
    },
    key: ({ key }) => {
      const { layout, cursor } = shown;
      if (layout === null || layout.count === 0) return false;
      const { cell } = layout;
      const next = cellBeside(cursor, key, layout.count);
      if (next !== null) {
        stage.reveal([next.column * cell, cell], [next.row * cell, cell]);
        move(next);
      } else if (key === "Enter" || key === " ") choose(cursor?.row ?? cursor?.column ?? null);
      else if (key === "Escape") {
        choose(null);
        move(null);
      } else return false;
      return true;
    },
    zoom: (by) => {
      if (shown.layout === null) return false;
      shown.cell = zoomedCell(shown.layout, by);
      return true;
    },
  });
  const zoom = makeZoom(stage.zoom);
  return { stage, zoom, paint };
}

/** Paints the map; one with several cells per pixel is halved first. */
function matrixPainter(shown: Shown, scroll: () => Scroll): Picture["paint"] {
  const gridOf = gridMaker();
  let pooled: { map: AttentionMap; bytes: Uint8Array } | null = null;
  const gridIn = (map: AttentionMap, cell: number, palette: Palette): Grid => {
    if (cell * devicePixelRatio >= 1) return gridOf(map.bytes, map.count, palette);
    if (pooled?.map !== map) pooled = { map, bytes: halved(map) };
    return gridOf(pooled.bytes, Math.ceil(map.count / 2), palette);
  };
  return (pen, palette) => {
    const { state, layout, cursor } = shown;
    if (state === null || layout === null) return;
    paintMatrix(pen, {
      state,
      layout,
      scroll: scroll(),
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
