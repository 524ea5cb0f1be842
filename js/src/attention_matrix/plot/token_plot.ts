import type { Frame } from "../../shared/frame.ts";
import type { Message } from "./message.ts";
import { widestOf } from "./pen.ts";
import { makeStage, type Scene, type Stage, type StageParts } from "./stage.ts";
import { makeZoom } from "./zoom.ts";

interface Parts<Layout extends Scene> extends Omit<StageParts, "layOut" | "zoom"> {
  /** The labels of the rows; null if there is nothing to draw. */
  labels: () => readonly string[] | null;
  widestLabel: number;
  /** Lays out the plot; `zoomed` is the requested size of a token, null to fit everything. */
  layOut: (available: number, count: number, labelWidth: number, zoomed: number | null) => Layout;
  /** The size of a token one zoom step in or out; null to fit everything. */
  zoomed: (layout: Layout, by: 1 | 0 | -1) => number | null;
  message: Message;
}

export interface TokenPlot<Layout> {
  stage: Stage;
  /** The zoom buttons. */
  zoom: HTMLElement;
  layout: () => Layout | null;
  /** Zooms out at the next layout. */
  fit: () => void;
}

/** A plot of labelled tokens that can be zoomed; it keeps the layout and the size of a token. */
export function makeTokenPlot<Layout extends Scene>(
  frame: Frame,
  parts: Parts<Layout>,
): TokenPlot<Layout> {
  let layout: Layout | null = null;
  let size: number | null = null;
  const stage = makeStage(frame, {
    ...parts,
    layOut: (available, pen) => {
      const labels = parts.labels();
      if (labels === null) return null;
      const widest = widestOf(pen, labels, Math.min(parts.widestLabel, 0.22 * available));
      layout = parts.layOut(available, labels.length, widest, size);
      parts.message.centre(layout);
      zoom.draw(size !== null, layout);
      return layout;
    },
    zoom: (by) => {
      if (layout === null) return false;
      size = parts.zoomed(layout, by);
      return true;
    },
  });
  const zoom = makeZoom(stage.zoom);
  return {
    stage,
    zoom: zoom.element,
    layout: () => layout,
    fit: () => {
      size = null;
    },
  };
}
