import { makeCanvas } from "../shared/canvas.ts";
import { css } from "../shared/color.ts";
import { h, setText } from "../shared/dom.ts";
import { decimal } from "../shared/format.ts";
import type { Frame } from "../shared/frame.ts";
import { areaOf, type Line, type Plot, paint, valueAtShare } from "../shared/plot.ts";
import type { Deletion, Highlights } from "./state.ts";

const X_NAME = "Words removed";

function nearest({ steps }: Line, place: number): number {
  let best = 0;
  steps.forEach((step, i) => {
    if (Math.abs(step - place) < Math.abs((steps[best] ?? 0) - place)) best = i;
  });
  return best;
}

/** What becomes of the prediction as words are removed, against removing them in random order. */
export function makeEvidence(frame: Frame): {
  element: HTMLElement;
  draw: (state: Highlights, open: boolean, waiting: string) => void;
} {
  const key = (name: string): { swatch: HTMLElement; value: HTMLElement; element: HTMLElement } => {
    const swatch = h("span", { class: "bw-swatch" });
    const value = h("span", { class: "bw-number bw-key-value" });
    return { swatch, value, element: h("span", { class: "bw-key" }, swatch, name, value) };
  };
  const [own, random] = [key("most important first"), key("random order")];
  random.swatch.classList.add("bw-dashed");
  const at = h("span", { class: "bw-note bw-number", role: "status" });
  const title = h("h3");
  const note = h(
    "p",
    { class: "bw-note" },
    "The faster it falls below the shaded range of random orders, the more these scores say about the model.",
  );
  let deletion: Deletion | null = null;
  let cursor: number | null = null;

  const plotOf = (shown: Deletion): Plot => {
    const { palette } = frame;
    const { probability, random: mean, low, high } = shown;
    const last = probability.steps.at(-1) ?? 1;
    return {
      x: { bounds: [0, Math.max(1, last)], whole: true, format: String },
      y: { bounds: [0, 1], format: (value) => decimal(value, 1) },
      traces: [
        { line: mean, color: palette.muted, width: 1.5, dashed: true },
        { line: probability, color: palette.positiveInk, width: 2, markers: true },
      ],
      band: { low, high, color: palette.muted },
      epochs: [],
      mark: null,
      xName: X_NAME,
      cursor: cursor === null ? null : (probability.steps[cursor] ?? null),
    };
  };
  const canvas = makeCanvas(frame, (ctx, width, height) => {
    if (deletion !== null) paint(ctx, plotOf(deletion), width, height, frame.palette);
  });
  canvas.place.classList.add("bw-deletion");
  const keys = h("div", { class: "bw-chart-head" }, title, own.element, random.element, at);
  const element = h(
    "section",
    { class: "bw-part", "aria-label": "Evidence", hidden: true },
    keys,
    canvas.place,
    note,
  );
  const drawValues = (): void => {
    if (deletion === null) return;
    const { probability, random: mean } = deletion;
    const i = cursor ?? nearest(probability, 3);
    const value = (line: Line): string => decimal(line.values[i] ?? 0, 2);
    const removed = probability.steps[i] ?? 0;
    setText(own.value, value(probability));
    setText(random.value, value(mean));
    setText(at, `with ${removed} ${removed === 1 ? "word" : "words"} removed`);
    const { positiveInk, muted } = frame.palette;
    own.swatch.style.setProperty("--bw-swatch", css(positiveInk));
    random.swatch.style.setProperty("--bw-swatch", css(muted));
    canvas.place.setAttribute(
      "aria-label",
      `${title.textContent}: ${value(probability)} ${at.textContent}; ${value(mean)} in random order.`,
    );
    canvas.draw();
  };
  const look = (next: number | null): void => {
    cursor = next;
    drawValues();
  };
  canvas.place.tabIndex = 0;
  canvas.place.setAttribute("role", "img");
  canvas.place.addEventListener("pointermove", (event) => {
    if (deletion === null) return;
    const { left, width, height } = canvas.place.getBoundingClientRect();
    const plot = plotOf(deletion);
    const area = areaOf(width, height, plot);
    const share = (event.clientX - left - area.left) / area.width;
    look(nearest(deletion.probability, valueAtShare(plot.x, share)));
  });
  canvas.place.addEventListener("pointerleave", () => look(null));
  canvas.place.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0 || deletion === null) return;
    event.preventDefault();
    event.stopPropagation();
    const last = deletion.probability.steps.length - 1;
    look(Math.min(last, Math.max(0, (cursor ?? nearest(deletion.probability, 3)) + step)));
  });

  const draw = (state: Highlights, open: boolean, waiting: string): void => {
    const ready = state.deletion !== null;
    // The curve on show stays, faded, until the next one is there: nothing below jumps.
    deletion = state.deletion ?? deletion;
    if (cursor !== null && cursor >= (deletion?.probability.steps.length ?? 0)) cursor = null;
    element.hidden = !open;
    for (const part of [own.element, random.element, canvas.place, note]) {
      part.hidden = deletion === null;
      part.classList.toggle("bw-faded", !ready);
    }
    setText(title, `P(${state.target}) as words are removed`);
    if (!open) return;
    drawValues();
    if (!ready) setText(at, waiting);
  };
  return { element, draw };
}
