import { percent } from "../../shared/format.ts";
import type { Frame } from "../../shared/frame.ts";
import { follow } from "../../shared/reactive.ts";
import { layerNames } from "../prediction/detail.ts";
import { type Highlights, methodOf, type Rows } from "../state.ts";
import { paletteOf, type Store } from "../store.ts";
import { makeRows, type RowsDrawing } from "./rows.ts";

const LAYERS_COMING =
  "Explaining the output of each layer: the text once for every layer, from the first to the last…";

/** The text once for every class, and once for every layer. */
export function makeComparisons(
  frame: Frame,
  store: Store,
  select: (word: number | null) => void,
): { classes: HTMLElement; layers: HTMLElement } {
  const hover = (word: number | null): void => {
    store.hovered.value = word;
  };
  const classes = makeRows(frame, "Every class", { hover, select });
  const layers = makeRows(frame, "Layer by layer", { hover, select });
  const waiting = (asked: boolean, sentence: string): string =>
    asked && store.live.value && store.state.value.error === "" ? sentence : "";
  follow(frame.signal, () => {
    const { compare } = store.state.value;
    classes.draw(
      compare ? classDrawing(store) : null,
      waiting(compare, classesComing(store.state.value)),
    );
  });
  follow(frame.signal, () => {
    const { byLayer } = store.state.value;
    layers.draw(byLayer ? layerDrawing(store) : null, waiting(byLayer, LAYERS_COMING));
  });
  follow(frame.signal, () => {
    for (const { element } of [classes, layers])
      element.classList.toggle("bw-outdated", store.stale.value);
  });
  return { classes: classes.element, layers: layers.element };
}

function classesComing({ labels }: Highlights): string {
  return `Explaining each of the ${labels.length} classes: the text once for every class, in one colour scale…`;
}

function classDrawing(store: Store): RowsDrawing | null {
  const { labels, probabilities, target } = store.state.value;
  const names = labels.map((label, i) => {
    const share = probabilities?.[i];
    return [label, share === undefined ? "" : percent(share)] as const;
  });
  return drawingOf(store, store.scored.value.classes, names, labels.indexOf(target));
}

function layerDrawing(store: Store): RowsDrawing | null {
  const { layers } = store.scored.value;
  const names = (layers ? layerNames(layers) : []).map((name) => [name, ""] as const);
  return drawingOf(store, layers, names, -1);
}

function drawingOf(
  store: Store,
  rows: Rows | null,
  names: RowsDrawing["names"],
  current: number,
): RowsDrawing | null {
  if (rows === null) return null;
  const scored = store.scored.value;
  const state = store.state.value;
  const method = rows.method || scored.shownMethod;
  return {
    names,
    rows,
    scored,
    remark: `${methodOf(scored, method).title} · one colour scale for all rows`,
    palette: paletteOf(store.palette.value, methodOf(state, method)),
    selected: state.selected,
    current,
  };
}
