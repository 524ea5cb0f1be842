import type { Frame } from "../shared/frame.ts";
import type { Palette } from "../shared/palette.ts";
import { isWhole } from "./arrangement.ts";
import { cellBeside, type Layout, layOut, type Place, placeAt, zoomedCell } from "./layout.ts";
import { type AttentionMap, halved } from "./maps.ts";
import { paintMatrix } from "./matrix_paint.ts";
import { makeMessage } from "./message.ts";
import { type Grid, type Pen, widestOf } from "./pen.ts";
import { makeReadings } from "./readings.ts";
import { type GridMaker, gridMaker } from "./shades.ts";
import { makeStage } from "./stage.ts";
import type { Attention } from "./state.ts";
import { type Actions, makeView, type View } from "./view.ts";
import { makeZoom } from "./zoom.ts";

const WIDEST_LABEL = 96;

/** The chosen map: rows look at columns. */
export function makeMatrix(frame: Frame, actions: Actions): View {
  let state: Attention | null = null;
  let layout: Layout | null = null;
  let cursor: Place | null = null;
  let zoomed: number | null = null;
  let pooled: { map: AttentionMap; bytes: Uint8Array } | null = null;
  const gridOf = gridMaker();
  const message = makeMessage();
  const readings = makeReadings();

  const gridIn = (map: AttentionMap, cell: number, palette: Palette): Grid => {
    if (cell * devicePixelRatio >= 1) return gridOf(map.bytes, map.count, palette);
    if (pooled?.map !== map) pooled = { map, bytes: halved(map) };
    return gridOf(pooled.bytes, Math.ceil(map.count / 2), palette);
  };
  const paint = (pen: Pen, palette: Palette): void => {
    if (state === null || layout === null) return;
    paintMatrix(pen, {
      state,
      layout,
      scroll: stage.scroll(),
      cursor,
      palette,
      grid: state.map && gridIn(state.map, layout.cell, palette),
      preview: previewOf(state, palette, gridOf),
    });
  };
  const stage = makeStage(frame, {
    label:
      "Attention matrix: arrow keys move from cell to cell, Enter selects the word, plus and minus zoom, 0 shows all",
    layOut: (available, pen) => {
      if (state === null) return null;
      const widest = Math.min(WIDEST_LABEL, 0.22 * available);
      const { labels } = state.rows;
      layout = layOut(available, labels.length, widestOf(pen, labels, widest), zoomed);
      message.centre(layout);
      zoom.draw(zoomed !== null, layout);
      return layout;
    },
    paint,
    pointed: (at) =>
      point(at === null || !layout ? null : placeAt(layout, at.x, at.y, stage.scroll())),
    pressed: ({ x, y }) => {
      const place = layout && placeAt(layout, x, y, stage.scroll());
      if (place) actions.choose(place.row ?? place.column);
    },
    key: (event) => pressed(event.key),
    zoom: (by) => {
      if (layout === null) return false;
      zoomed = zoomedCell(layout, by);
      return true;
    },
  });
  const zoom = makeZoom(stage.zoom);
  const read = (): void => {
    const map = state?.map;
    if (state !== null) readings.draw(state, cursor, map ? [{ map, color: null }] : []);
  };
  const point = (next: Place | null): void => {
    if (next?.row === cursor?.row && next?.column === cursor?.column) return;
    cursor = next;
    read();
    stage.repaint();
  };
  const pressed = (key: string): boolean => {
    if (layout === null || layout.count === 0) return false;
    const next = cellBeside(cursor, key, layout.count);
    if (next !== null) {
      const { cell } = layout;
      stage.reveal([next.column * cell, cell], [next.row * cell, cell]);
      point(next);
    } else if (key === "Enter" || key === " ")
      actions.choose(cursor?.row ?? cursor?.column ?? null);
    else if (key === "Escape") {
      actions.choose(null);
      point(null);
    } else return false;
    return true;
  };

  const view = makeView(stage, message, [zoom.element], readings.element);
  return {
    ...view,
    draw: (next) => {
      const rearranged = state?.rows !== next.rows;
      state = next;
      if (rearranged) {
        cursor = null;
        zoomed = null;
      }
      message.draw(next.map === null ? [next] : [], next);
      read();
      stage.relayout();
    },
    picture: () =>
      layout && state?.map ? { width: layout.viewWidth, height: layout.viewHeight, paint } : null,
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
