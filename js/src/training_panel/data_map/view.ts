import { makeAsTable } from "../../shared/as_table.ts";
import { h, setAttribute, setText } from "../../shared/dom.ts";
import type { Frame } from "../../shared/frame.ts";
import { setTrait } from "../../shared/model/model.ts";
import { differs } from "../../shared/model/read.ts";
import { makeCanvas } from "../../shared/plot/canvas.ts";
import { areaOf, valueAtShare } from "../../shared/plot/plot.ts";
import { makeTerm } from "../../shared/terms.ts";
import type { Box, Training } from "../state.ts";
import type { Trait } from "../traits.ts";
import { boxAfter, boxBetween, type Limits } from "./brush.ts";
import { coverage, keyOf } from "./key.ts";
import { makeMapLists } from "./lists.ts";
import { hasVariability, mapPlot, paintMap, widthOf } from "./paint.ts";
import type { DataMap } from "./state.ts";
import { mapTable } from "./table.ts";

/** The training examples by confidence and variability. */
export function makeDataMap(frame: Frame<Trait>): {
  element: HTMLElement;
  draw: (state: Training) => void;
} {
  let state: Training | null = null;
  const chart = makeBrushedMap(frame, () => state);
  const scope = h("p", { class: "bw-note" });
  const key = h("div", { class: "bw-map-key bw-note" });
  const lists = makeMapLists(() => chart.brush(null));
  const term = h("span", { class: "bw-note" }, makeTerm("data-map", "What is a data map?"));
  const asTable = makeAsTable("Data map");
  const side = h("div", { class: "bw-map-side" }, scope, chart.element, key, asTable.element, term);
  const element = h("div", { class: "bw-map" }, side, ...lists.elements);
  const [keyChanged, mapChanged] = [differs(), differs()];

  const draw = (next: Training): void => {
    state = next;
    const { map } = next;
    chart.draw(next);
    if (keyChanged(map.labels, frame.palette)) key.replaceChildren(...keyOf(map, frame.palette));
    // Only an evaluation tells whether each text has one label.
    const oneLabel = next.classes.scores !== null && next.classes.oneLabel;
    if (mapChanged(map, oneLabel)) asTable.draw(() => mapTable(map, oneLabel));
    setText(scope, scopeOf(map));
    lists.draw(next);
  };
  return { element, draw };
}

/** What the map shows, and what it lacks after the first epoch. */
export function scopeOf(map: DataMap): string {
  const shown = `Confidence in the given label and its variability: ${coverage(map)}`;
  return hasVariability(map)
    ? shown
    : `${shown}. Variability needs a second epoch: until then all examples stand at 0, the least confident at the bottom.`;
}

/** The points with the box that selects some of them, which the pointer and the keys change. */
function makeBrushedMap(
  frame: Frame<Trait>,
  current: () => Training | null,
): { element: HTMLElement; draw: (state: Training) => void; brush: (box: Box | null) => void } {
  /** The box in view, which may be newer than that of Python. */
  let box: Box | null = null;
  let dragging = false;
  const over = h("div", { class: "bw-over" });
  const canvas = makeCanvas(frame, (ctx, width, height) => {
    const state = current();
    if (state === null) return;
    const area = areaOf(width, height, { xName: "x" });
    over.style.inset = `${area.top}px ${width - area.left - area.width}px ${height - area.top - area.height}px ${area.left}px`;
    paintMap(ctx, state.map, box, area, frame.palette);
  });
  canvas.place.append(over);
  const brush = (next: Box | null): void => {
    box = next;
    setTrait(frame.model, "brush", next === null ? [] : [...next]);
  };
  makeDraggable(over, (from, to, done) => {
    const state = current();
    if (state === null || state.static) return;
    const { x, y } = mapPlot(state.map);
    const valuesAt = ([sx, sy]: Share) => [valueAtShare(x, sx), valueAtShare(y, 1 - sy)] as const;
    box = boxBetween(valuesAt(from), valuesAt(to), limitsOf(state));
    dragging = !done;
    if (done) brush(box);
    else canvas.draw();
  });
  over.addEventListener("keydown", (event) => {
    const state = current();
    if (state === null || state.static || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = boxAfter(event, box, limitsOf(state));
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    brush(next.box);
  });
  const draw = (state: Training): void => {
    if (!dragging) box = state.brush;
    describe(over, state);
    canvas.draw();
  };
  return { element: canvas.place, draw, brush };
}

function limitsOf({ map }: Training): Limits {
  return [widthOf(map), 1];
}

/** Tells assistive technology what the map shows, and which keys it has. */
function describe(over: HTMLElement, { map, static: saved }: Training): void {
  const keys = "Arrow keys move a box that selects examples; with Shift they resize it.";
  setAttribute(over, "tabindex", saved ? null : 0);
  setAttribute(over, "role", saved ? "img" : "application");
  setAttribute(over, "aria-label", `Data map, ${coverage(map)}. ${saved ? "" : keys}`);
  over.classList.toggle("bw-brushable", !saved);
}

type Share = readonly [number, number];

/** Reports drags over an element as shares of its width and height; a click has no size. */
function makeDraggable(
  element: HTMLElement,
  drag: (from: Share, to: Share, done: boolean) => void,
): void {
  let start: Share | null = null;
  const placeOf = ({ clientX, clientY }: PointerEvent): Share => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = placeOf(event);
    element.setPointerCapture(event.pointerId);
  });
  const follow = (event: PointerEvent): void => {
    if (start === null) return;
    const [from, done] = [start, event.type !== "pointermove"];
    if (done) start = null;
    drag(from, placeOf(event), done);
  };
  for (const type of ["pointermove", "pointerup", "pointercancel"] as const)
    element.addEventListener(type, follow);
}
