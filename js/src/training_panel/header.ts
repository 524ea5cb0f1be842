import { dropdown, h, setAttribute, setText } from "../shared/dom.ts";
import { count, decimal, duration, rate } from "../shared/format.ts";
import { type Command, makeButtons } from "./buttons.ts";
import type { Field } from "./form_state.ts";
import { makeNumberInput } from "./number_input.ts";
import type { Phase, Training } from "./state.ts";

const CHIPS: Record<Phase, string> = {
  ready: "Ready",
  running: "Training",
  paused: "Paused",
  stopping: "Stopping",
  stopped: "Stopped",
  finished: "Finished",
  failed: "Failed",
};

const RATE: Field = {
  name: "learning_rate",
  label: "Peak learning rate",
  help: "",
  kind: "number",
  least: null,
  above: 0,
  most: 1,
  choices: [],
  optional: false,
};

function bytesOf(megabytes: number): string {
  return megabytes < 1000 ? `${count(megabytes)} MB` : `${decimal(megabytes / 1000, 1)} GB`;
}

/** The figures below the progress bar. */
export function figuresOf(state: Training): [string, string][] {
  const { phase, step, totalSteps, epoch, epochs, memory, secondsLeft } = state;
  const planned = String(Number(epochs.toFixed(1)));
  if (phase === "ready") {
    const rounds: [string, string] = ["Epochs", planned];
    return totalSteps > 0 ? [["Steps", count(totalSteps)], rounds] : [rounds];
  }
  const reached = epoch === 0 ? "0" : epoch < epochs ? decimal(epoch, 1) : planned;
  const figures: [string, string][] = [
    ["Step", totalSteps > 0 ? `${count(step)} of ${count(totalSteps)}` : count(step)],
    ["Epoch", `${reached} of ${planned}`],
  ];
  if (state.examplesPerSecond !== null) figures.push(["Examples/s", rate(state.examplesPerSecond)]);
  if (memory !== null) figures.push(["Memory", bytesOf(memory)]);
  figures.push(["Elapsed", duration(state.elapsed)]);
  if (isOpen(state) && !isCut(state))
    figures.push(["Time left", secondsLeft === null ? "estimating" : duration(secondsLeft)]);
  return figures;
}

const isOpen = ({ phase }: Training): boolean => phase === "running" || phase === "paused";

/** Whether this is a saved copy of a run that was going on. */
const isCut = (state: Training): boolean =>
  state.static && (isOpen(state) || state.phase === "stopping");

interface HeaderActions {
  send: (command: Command) => void;
  show: (run: number) => void;
  setRate: (rate: number) => void;
}

/** State, buttons, progress and figures. */
export function makeHeader({ send, show, setRate }: HeaderActions): {
  element: HTMLElement;
  draw: (state: Training) => void;
} {
  const chip = h("span", { class: "bw-chip", role: "status" });
  const runs = dropdown("Run", (run) => show(Number(run)));
  const complaint = h("p", { class: "bw-complaint", "aria-live": "polite" });
  const complain = (problem: string): void => setText(complaint, problem);
  const buttons = makeButtons(send, complain);
  const fill = h("div", { class: "bw-progress-fill" });
  const progress = h(
    "div",
    { class: "bw-progress", role: "progressbar", "aria-label": "Training progress" },
    fill,
  );
  const list = h("div", { class: "bw-figures" });
  const rateInput = makeNumberInput(() => RATE, {
    commit: (value) => setRate(Number(value)),
    complain,
  });
  const rateCell = h("label", {}, h("div", { class: "bw-note" }, RATE.label), rateInput.input);
  const element = h(
    "div",
    { class: "bw-training-head" },
    h("div", { class: "bw-title" }, chip, runs.element, ...buttons.elements),
    progress,
    list,
    complaint,
  );
  let cells: HTMLElement[] = [];

  const drawFigures = (state: Training): void => {
    const pairs = figuresOf(state);
    if (cells.length !== 2 * pairs.length) {
      cells = pairs.flatMap(() => [
        h("div", { class: "bw-note" }),
        h("div", { class: "bw-figure bw-number" }),
      ]);
      const made = pairs.map((_, i) => h("div", {}, ...cells.slice(2 * i, 2 * i + 2)));
      list.replaceChildren(...made, rateCell);
    }
    for (const [i, cell] of cells.entries()) setText(cell, pairs[i >> 1]?.[i % 2] ?? "");
    rateCell.hidden = state.learningRate === null || !isOpen(state) || state.static;
    rateInput.draw(state.learningRate);
  };

  const draw = (state: Training): void => {
    const { phase, step, totalSteps, curves, shown } = state;
    buttons.draw(state);
    drawFigures(state);
    setText(chip, isCut(state) ? `Was ${CHIPS[phase].toLowerCase()}` : CHIPS[phase]);
    runs.element.hidden = curves.length < 2;
    runs.draw(
      curves.map(({ name }, i) => [String(i), name]),
      String(shown),
    );
    const done = totalSteps > 0 ? Math.min(1, step / totalSteps) : 0;
    fill.style.width = `${100 * done}%`;
    for (const one of [chip, progress]) one.dataset["phase"] = isCut(state) ? "stopped" : phase;
    for (const [name, value] of [
      ["valuemin", 0],
      ["valuemax", totalSteps],
      ["valuenow", Math.min(step, totalSteps)],
      ["valuetext", `${Math.round(100 * done)}%`],
    ] as const)
      setAttribute(progress, `aria-${name}`, value);
  };
  return { element, draw };
}
