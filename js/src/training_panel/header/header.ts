import { dropdown, h, setAttribute, setText } from "../../shared/dom.ts";
import { count, decimal, duration, rate } from "../../shared/format.ts";
import { makeNumberInput } from "../form/number_input.ts";
import type { Field } from "../form/state.ts";
import type { Phase, Training } from "../state.ts";
import { type Command, makeButtons } from "./buttons.ts";

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

/** Whether this is a saved copy of an active run. */
const isCut = (state: Training): boolean =>
  state.static && (isOpen(state) || state.phase === "stopping");

interface HeaderActions {
  send: (command: Command) => void;
  show: (run: number) => void;
  setRate: (rate: number) => void;
}

interface Part {
  element: HTMLElement;
  draw: (state: Training) => void;
}

/** State, buttons, progress and figures. */
export function makeHeader({ send, show, setRate }: HeaderActions): Part {
  const chip = h("span", { class: "bw-chip", role: "status" });
  const runs = dropdown("Run", (run) => show(Number(run)));
  const complaint = h("p", { class: "bw-complaint", "aria-live": "polite" });
  const complain = (problem: string): void => setText(complaint, problem);
  const buttons = makeButtons(send, complain);
  const progress = makeProgress();
  const figures = makeFigures(setRate, complain);
  const element = h(
    "div",
    { class: "bw-training-head" },
    h("div", { class: "bw-title" }, chip, runs.element, ...buttons.elements),
    progress.element,
    figures.element,
    complaint,
  );

  const draw = (state: Training): void => {
    const { phase, curves, shown } = state;
    buttons.draw(state);
    figures.draw(state);
    progress.draw(state);
    setText(chip, isCut(state) ? `Was ${CHIPS[phase].toLowerCase()}` : CHIPS[phase]);
    chip.dataset["phase"] = colourPhase(state);
    runs.element.hidden = curves.length < 2;
    runs.draw(
      curves.map(({ name }, i) => [String(i), name]),
      String(shown),
    );
  };
  return { element, draw };
}

/** The phase whose colours the header has: a saved copy of an active run looks stopped. */
function colourPhase(state: Training): Phase {
  return isCut(state) ? "stopped" : state.phase;
}

function makeProgress(): Part {
  const fill = h("div", { class: "bw-progress-fill" });
  const element = h(
    "div",
    { class: "bw-progress", role: "progressbar", "aria-label": "Training progress" },
    fill,
  );
  const draw = (state: Training): void => {
    const { step, totalSteps } = state;
    const done = totalSteps > 0 ? Math.min(1, step / totalSteps) : 0;
    fill.style.width = `${100 * done}%`;
    element.dataset["phase"] = colourPhase(state);
    setAttribute(element, "aria-valuemin", 0);
    setAttribute(element, "aria-valuemax", totalSteps);
    setAttribute(element, "aria-valuenow", Math.min(step, totalSteps));
    setAttribute(element, "aria-valuetext", `${Math.round(100 * done)}%`);
  };
  return { element, draw };
}

/** The figures, and the learning rate, which can be changed during the run. */
function makeFigures(setRate: (rate: number) => void, complain: (problem: string) => void): Part {
  const element = h("div", { class: "bw-figures" });
  const rateInput = makeNumberInput(() => RATE, {
    commit: (value) => setRate(Number(value)),
    complain,
  });
  const rateCell = h("label", {}, h("div", { class: "bw-note" }, RATE.label), rateInput.input);
  let cells: (readonly [name: HTMLElement, value: HTMLElement])[] = [];
  const draw = (state: Training): void => {
    const figures = figuresOf(state);
    if (cells.length !== figures.length) {
      cells = figures.map(() => [
        h("div", { class: "bw-note" }),
        h("div", { class: "bw-figure bw-number" }),
      ]);
      element.replaceChildren(...cells.map((pair) => h("div", {}, ...pair)), rateCell);
    }
    for (const [i, [name, value]] of cells.entries()) {
      setText(name, figures[i]?.[0] ?? "");
      setText(value, figures[i]?.[1] ?? "");
    }
    rateCell.hidden = state.learningRate === null || !isOpen(state) || state.static;
    rateInput.draw(state.learningRate);
  };
  return { element, draw };
}
