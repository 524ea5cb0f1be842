import { drawnRuns } from "../shared/codepoints.ts";
import { button, drawing, h, setText } from "../shared/dom.ts";
import { percent } from "../shared/format.ts";
import type { Palette } from "../shared/palette.ts";
import { highlighted, spanned } from "../shared/words.ts";
import { makeMeter } from "./meter.ts";
import type { Film } from "./probe_history_state.ts";

const MOST_CLASSES = 4;
const BOX = { width: 120, height: 26 };

/** The classes with the largest probabilities over the whole film, in their own order. */
export function classesInView(film: Film, probe: number): number[] {
  const sums = film.labels.map((_, label) => {
    let sum = 0;
    for (let i = 0; i < film.steps.length; i++) sum += film.probabilities(i, probe)[label] ?? 0;
    return sum;
  });
  return [...sums.keys()]
    .sort((a, b) => (sums[b] ?? 0) - (sums[a] ?? 0))
    .slice(0, MOST_CLASSES)
    .sort((a, b) => a - b);
}

/** The outline of a class' probability over the film, and the place of one frame on it. */
export function sparkline(
  film: Film,
  probe: number,
  label: number,
  frame: number,
): { outline: string; x: number; y: number } {
  const [first, last] = [film.steps[0] ?? 0, film.steps.at(-1) ?? 0];
  const place = (i: number): [number, number] => [
    3 + ((film.steps[i] ?? 0) - first) * ((BOX.width - 6) / Math.max(1, last - first)),
    3 + (1 - (film.probabilities(i, probe)[label] ?? 0)) * (BOX.height - 6),
  ];
  const points = Array.from(film.steps, (_, i) =>
    place(i)
      .map((n) => n.toFixed(1))
      .join(" "),
  );
  const [x, y] = place(frame);
  return { outline: `M${points.join("L")}`, x, y };
}

export interface ProbeRow {
  element: HTMLElement;
  draw: (film: Film | null, frame: number, palette: Palette) => void;
}

/** One probe: its text with the words coloured, its probabilities, and their course. */
export function makeProbeRow(text: string, index: number, remove: (() => void) | null): ProbeRow {
  const words = h("p", { class: "bw-probe-text", dir: "auto" });
  const bars = h("div", { class: "bw-probe-bars" });
  const course = h("div", { class: "bw-course" });
  const waiting = h("span", { class: "bw-note" }, "Not looked at yet.");
  const parts: Node[] = [words, h("div", { class: "bw-probe-side" }, bars, course, waiting)];
  if (remove !== null)
    parts.push(
      button("", remove, { icon: "remove", name: `Remove probe ${index + 1}`, class: "bw-quiet" }),
    );
  const element = h("li", { class: "bw-probe" }, ...parts);

  const drawBars = (film: Film, probe: number, frame: number): void => {
    const probabilities = film.probabilities(frame, probe);
    const target = film.target(frame, probe);
    bars.replaceChildren(
      ...classesInView(film, probe).map((label) => {
        const meter = makeMeter();
        const share = probabilities[label] ?? 0;
        meter.draw(share, percent(share));
        const name = h("span", { class: "bw-probe-label", dir: "auto" }, film.labels[label] ?? "");
        const row = h("div", { class: "bw-probe-bar" }, name, meter.element);
        row.classList.toggle("bw-target", label === target);
        return row;
      }),
    );
  };
  const drawCourse = (film: Film, probe: number, frame: number): void => {
    const target = film.target(frame, probe);
    const { outline, x, y } = sparkline(film, probe, target, frame);
    const dot = h("span", { class: "bw-course-dot" });
    dot.style.translate = `${x}px ${y}px`;
    course.title = `Probability of ${film.labels[target]} over the steps`;
    course.replaceChildren(drawing(`0 0 ${BOX.width} ${BOX.height}`, outline), dot);
  };
  const draw = (film: Film | null, frame: number, palette: Palette): void => {
    const probe = film?.probes.indexOf(text) ?? -1;
    const known = film !== null && probe >= 0 && frame >= 0;
    waiting.hidden = known;
    bars.hidden = course.hidden = !known;
    if (!known) {
      setText(words, text);
      return;
    }
    const scores = film.scores(frame, probe);
    const runs = drawnRuns(
      text,
      (film.words[probe] ?? []).map((range, item) => ({ ...range, item })),
    );
    words.replaceChildren(
      ...spanned(text, runs, (stretch, items) => {
        const score = items.reduce((sum, item) => sum + (scores[item] ?? 0), 0);
        return highlighted(stretch, film.largest > 0 ? score / film.largest : 0, palette);
      }),
    );
    drawBars(film, probe, frame);
    drawCourse(film, probe, frame);
  };
  return { element, draw };
}
