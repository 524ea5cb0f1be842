import { drawnRuns } from "../../shared/codepoints.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { button, drawing, h, setText } from "../../shared/dom.ts";
import { percent } from "../../shared/format.ts";
import { highlighted, spanned } from "../../shared/words.ts";
import { makeMeter } from "../meter.ts";
import type { ProbeHistory } from "./state.ts";

const MOST_CLASSES = 4;
const BOX = { width: 120, height: 26 };

/** The classes with the largest probabilities over the whole history, in the order of the labels. */
export function classesInView(history: ProbeHistory, probe: number): number[] {
  const sums = history.labels.map((_, label) => {
    let sum = 0;
    for (let i = 0; i < history.steps.length; i++)
      sum += history.probabilities(i, probe)[label] ?? 0;
    return sum;
  });
  return [...sums.keys()]
    .sort((a, b) => (sums[b] ?? 0) - (sums[a] ?? 0))
    .slice(0, MOST_CLASSES)
    .sort((a, b) => a - b);
}

/** The outline of the probability of a class over the history, and the position of one snapshot on it. */
export function sparkline(
  history: ProbeHistory,
  probe: number,
  label: number,
  snapshot: number,
): { outline: string; x: number; y: number } {
  const [first, last] = [history.steps[0] ?? 0, history.steps.at(-1) ?? 0];
  const place = (i: number): [number, number] => [
    3 + ((history.steps[i] ?? 0) - first) * ((BOX.width - 6) / Math.max(1, last - first)),
    3 + (1 - (history.probabilities(i, probe)[label] ?? 0)) * (BOX.height - 6),
  ];
  const points = Array.from(history.steps, (_, i) =>
    place(i)
      .map((n) => n.toFixed(1))
      .join(" "),
  );
  const [x, y] = place(snapshot);
  return { outline: `M${points.join("L")}`, x, y };
}

export interface ProbeRow {
  element: HTMLElement;
  draw: (history: ProbeHistory | null, snapshot: number, palette: Palette) => void;
}

/** One probe: its text with the words coloured, its probabilities, and how they changed. */
export function makeProbeRow(text: string, index: number, remove: (() => void) | null): ProbeRow {
  const words = h("p", { class: "bw-probe-text", dir: "auto" });
  const bars = h("div", { class: "bw-probe-bars" });
  const course = h("div", { class: "bw-course" });
  const waiting = h("span", { class: "bw-note" }, "Not computed yet.");
  const parts: Node[] = [words, h("div", { class: "bw-probe-side" }, bars, course, waiting)];
  if (remove !== null)
    parts.push(
      button("", remove, { icon: "remove", name: `Remove probe ${index + 1}`, class: "bw-quiet" }),
    );
  const element = h("li", { class: "bw-probe" }, ...parts);

  const draw = (history: ProbeHistory | null, snapshot: number, palette: Palette): void => {
    const probe = history?.probes.indexOf(text) ?? -1;
    const known = history !== null && probe >= 0 && snapshot >= 0;
    waiting.hidden = known;
    bars.hidden = course.hidden = !known;
    if (!known) {
      setText(words, text);
      return;
    }
    words.replaceChildren(...colouredWords(text, history, probe, snapshot, palette));
    bars.replaceChildren(...probabilityBars(history, probe, snapshot));
    drawCourse(course, history, probe, snapshot);
  };
  return { element, draw };
}

function colouredWords(
  text: string,
  history: ProbeHistory,
  probe: number,
  snapshot: number,
  palette: Palette,
): (Node | string)[] {
  const scores = history.scores(snapshot, probe);
  const ranges = (history.words[probe] ?? []).map((range, item) => ({ ...range, item }));
  return spanned(text, drawnRuns(text, ranges), (stretch, items) => {
    const score = items.reduce((sum, item) => sum + (scores[item] ?? 0), 0);
    return highlighted(stretch, history.largest > 0 ? score / history.largest : 0, palette);
  });
}

function probabilityBars(history: ProbeHistory, probe: number, snapshot: number): HTMLElement[] {
  const probabilities = history.probabilities(snapshot, probe);
  const target = history.target(snapshot, probe);
  return classesInView(history, probe).map((label) => {
    const meter = makeMeter();
    const share = probabilities[label] ?? 0;
    meter.draw(share, percent(share));
    const name = h("span", { class: "bw-probe-label", dir: "auto" }, history.labels[label] ?? "");
    const row = h("div", { class: "bw-probe-bar" }, name, meter.element);
    row.classList.toggle("bw-target", label === target);
    return row;
  });
}

function drawCourse(
  course: HTMLElement,
  history: ProbeHistory,
  probe: number,
  snapshot: number,
): void {
  const target = history.target(snapshot, probe);
  const { outline, x, y } = sparkline(history, probe, target, snapshot);
  const dot = h("span", { class: "bw-course-dot" });
  dot.style.translate = `${x}px ${y}px`;
  course.title = `Probability of ${history.labels[target]} over the steps`;
  course.replaceChildren(drawing(`0 0 ${BOX.width} ${BOX.height}`, outline), dot);
}
