import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { css } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { h, setAttribute, setText } from "../../shared/dom.ts";
import { percent } from "../../shared/format.ts";
import type { Frame } from "../../shared/frame.ts";
import { makeCanvas } from "../../shared/plot/canvas.ts";
import { areaOf, type Line, type Plot, paint, valueAtShare } from "../../shared/plot/plot.ts";
import { follow } from "../../shared/reactive.ts";
import { makeTerm } from "../../shared/terms.ts";
import type { Deletion } from "../state.ts";
import type { Store } from "../store.ts";
import { questionOf } from "../tracker.ts";

/** The point whose values are shown while no point is selected. */
const WORDS_REMOVED = 3;

const WAITING =
  "Predicting the text again with its words removed, the most important first and in random orders: some dozens of predictions, seconds for a sentence.";

/** The curves, and the point whose values are shown. */
interface Curves {
  /** The last curve that was computed. */
  deletion: Signal<Deletion | null>;
  pointedAt: Signal<number | null>;
  step: ReadonlySignal<number>;
}

/** The probability of the target as words are removed, compared with removing them in random order. */
export function makeEvidence(frame: Frame, store: Store, compute: () => void): HTMLElement {
  const { signal: closing } = frame;
  const curves = makeCurves();
  const head = makeHead(closing, store, curves);
  const plot = makePlot(frame, store, curves);
  const note = h(
    "p",
    { class: "bw-note" },
    "The faster the curve falls below the shaded range of random orders, the better these scores describe what the model relies on.",
  );
  const element = h(
    "section",
    { class: "bw-part", "aria-label": "Evidence" },
    h("div", { class: "bw-chart-head" }, ...head),
    plot.place,
    note,
    h(
      "div",
      { class: "bw-terms" },
      makeTerm("deletion-curve", "Deletion curve"),
      makeTerm("comprehensiveness", "Comprehensiveness"),
      makeTerm("sufficiency", "Sufficiency"),
    ),
  );
  follow(closing, () => {
    const next = store.state.value.deletion;
    // The current curve stays, faded, until the next one arrives, so that nothing below moves.
    if (next !== null) curves.deletion.value = next;
    const [, ordered, random] = head;
    for (const part of [ordered, random, plot.place, note]) {
      part.hidden = curves.deletion.value === null;
      part.classList.toggle("bw-faded", next === null);
      setAttribute(part, "aria-busy", next === null ? "true" : null);
    }
  });
  follow(closing, () => {
    if (store.view.value === "evidence") plot.draw();
  });
  askOnce(closing, store, compute);
  return element;
}

function makeCurves(): Curves {
  const deletion = signal<Deletion | null>(null);
  const pointedAt = signal<number | null>(null);
  const step = computed(() => {
    const steps = deletion.value?.probability.steps ?? new Float64Array();
    const pointed = pointedAt.value;
    return pointed !== null && pointed < steps.length ? pointed : nearest(steps, WORDS_REMOVED);
  });
  return { deletion, pointedAt, step };
}

/** The figures at one point of the curves; null before there are any. */
function figuresAt({ deletion, step }: Curves): {
  ordered: string;
  random: string;
  position: string;
} | null {
  if (deletion.value === null) return null;
  const { probability, random } = deletion.value;
  const value = (line: Line): string => percent(line.values[step.value] ?? 0);
  const removed = probability.steps[step.value] ?? 0;
  const position = `with ${removed} ${removed === 1 ? "word" : "words"} removed`;
  return { ordered: value(probability), random: value(random), position };
}

const titleOf = (store: Store): string => `P(${store.state.value.target}) as words are removed`;

/** The title, the two keys with their values, and the number of removed words. */
function makeHead(
  closing: AbortSignal,
  store: Store,
  curves: Curves,
): readonly [title: HTMLElement, ordered: HTMLElement, random: HTMLElement, position: HTMLElement] {
  const title = h("h3");
  const [ordered, random] = [makeKey("most important first"), makeKey("random order")];
  random.swatch.classList.add("bw-dashed");
  const position = h("span", { class: "bw-note bw-number", role: "status" });
  follow(closing, () => {
    setText(title, titleOf(store));
    if (store.view.value !== "evidence") return;
    const figures = figuresAt(curves);
    const { positiveInk, muted } = store.palette.value;
    ordered.swatch.style.setProperty("--bw-swatch", css(positiveInk));
    random.swatch.style.setProperty("--bw-swatch", css(muted));
    setText(ordered.value, figures?.ordered ?? "");
    setText(random.value, figures?.random ?? "");
    const computing = store.state.value.deletion === null;
    setText(position, computing ? WAITING : (figures?.position ?? ""));
  });
  return [title, ordered.element, random.element, position];
}

/** The plot, whose points the pointer and the arrow keys choose. */
function makePlot(
  frame: Frame,
  store: Store,
  curves: Curves,
): { place: HTMLElement; draw: () => void } {
  const { place, draw } = makeCanvas(frame, (ctx, width, height) => {
    if (curves.deletion.value === null) return;
    const palette = store.palette.value;
    const cursor = curves.pointedAt.value === null ? null : curves.step.value;
    paint(ctx, plotOf(curves.deletion.value, cursor, palette), width, height, palette);
  });
  place.classList.add("bw-deletion");
  place.tabIndex = 0;
  place.setAttribute("role", "img");
  point(place, curves, () => store.palette.value);
  return {
    place,
    draw: () => {
      const figures = figuresAt(curves);
      if (figures === null) return;
      const label = `${titleOf(store)}: ${figures.ordered} ${figures.position}`;
      place.setAttribute("aria-label", `${label}; ${figures.random} in random order.`);
      draw();
    },
  };
}

/** Requests the curve once per question, when it is shown but missing. */
function askOnce(closing: AbortSignal, store: Store, compute: () => void): void {
  let requested = "";
  follow(closing, () => {
    const state = store.state.value;
    const settled = !store.working.value && !store.stale.value && !store.refining.value;
    const shown = store.view.value === "evidence" && store.live.value;
    const question = `${questionOf(state)}${state.shownMethod}`;
    if (!settled || !shown || state.deletion !== null || requested === question) return;
    requested = question;
    compute();
  });
}

function makeKey(name: string): { swatch: HTMLElement; value: HTMLElement; element: HTMLElement } {
  const swatch = h("span", { class: "bw-swatch" });
  const value = h("span", { class: "bw-number bw-key-value" });
  return { swatch, value, element: h("span", { class: "bw-key" }, swatch, name, value) };
}

function nearest(steps: Float64Array, place: number): number {
  let best = 0;
  steps.forEach((step, i) => {
    if (Math.abs(step - place) < Math.abs((steps[best] ?? 0) - place)) best = i;
  });
  return best;
}

function plotOf(
  { probability, random, low, high }: Deletion,
  cursor: number | null,
  palette: Palette,
): Plot {
  const last = probability.steps.at(-1) ?? 1;
  return {
    x: { bounds: [0, Math.max(1, last)], whole: true, format: String },
    y: { bounds: [0, 1], format: (value) => `${Math.round(100 * value)}%` },
    traces: [
      { line: random, color: palette.muted, width: 1.5, dashed: true },
      { line: probability, color: palette.positiveInk, width: 2, markers: true },
    ],
    band: { low, high, color: palette.muted },
    epochs: [],
    mark: null,
    xName: "Words removed",
    cursor: cursor === null ? null : (probability.steps[cursor] ?? null),
  };
}

/** The pointer and the arrow keys choose a point of the curve. */
function point(
  place: HTMLElement,
  { deletion, pointedAt, step }: Curves,
  palette: () => Palette,
): void {
  place.addEventListener("pointermove", (event) => {
    const { value: curves } = deletion;
    if (curves === null) return;
    const { left, width, height } = place.getBoundingClientRect();
    const plot = plotOf(curves, null, palette());
    const area = areaOf(width, height, plot);
    const share = (event.clientX - left - area.left) / area.width;
    pointedAt.value = nearest(curves.probability.steps, valueAtShare(plot.x, share));
  });
  place.addEventListener("pointerleave", () => {
    pointedAt.value = null;
  });
  place.addEventListener("keydown", (event) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const { value: curves } = deletion;
    if (by === 0 || curves === null) return;
    event.preventDefault();
    event.stopPropagation();
    const last = curves.probability.steps.length - 1;
    pointedAt.value = Math.min(last, Math.max(0, step.value + by));
  });
}
