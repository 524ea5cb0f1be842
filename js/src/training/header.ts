import { h, type IconName, icon, setText } from "../shared/dom.ts";
import { count, decimal, duration, rate } from "../shared/format.ts";
import type { Phase, Training } from "./state.ts";

export type Command = "start" | "pause" | "resume" | "stop";

const CHIPS: Record<Phase, string> = {
  ready: "Ready",
  running: "Training",
  paused: "Paused",
  stopping: "Stopping",
  stopped: "Stopped",
  finished: "Finished",
  failed: "Failed",
};

const COMMANDS: Record<Phase, Command[]> = {
  ready: ["start"],
  running: ["pause", "stop"],
  paused: ["resume", "stop"],
  stopping: [],
  stopped: [],
  finished: [],
  failed: [],
};

/** How long a pressed button waits for the state to follow before it can be pressed again. */
const PATIENCE_MS = 3000;

const BUTTONS: Record<Command, [string, IconName]> = {
  start: ["Start", "play"],
  pause: ["Pause", "pause"],
  resume: ["Resume", "play"],
  stop: ["Stop", "stop"],
};

export function commandsOf(state: Training): Command[] {
  return state.static ? [] : COMMANDS[state.phase];
}

/** The figures beside the progress bar: what is known, in the order a reader asks for it. */
export function figuresOf(state: Training): [string, string][] {
  const { phase, step, totalSteps, epoch, epochs, examplesPerSecond, secondsLeft, elapsed } = state;
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
  if (examplesPerSecond !== null) figures.push(["Examples/s", rate(examplesPerSecond)]);
  figures.push(["Elapsed", duration(elapsed)]);
  const open = phase === "running" || phase === "paused";
  if (open)
    figures.push(["Time left", secondsLeft === null ? "estimating" : duration(secondsLeft)]);
  return figures;
}

/** State, buttons, progress and figures. */
export function makeHeader(send: (command: Command) => void): {
  element: HTMLElement;
  draw: (state: Training) => void;
} {
  const chip = h("span", { class: "bw-chip", role: "status" });
  const buttons = h("div", { class: "bw-buttons" });
  const fill = h("div", { class: "bw-progress-fill" });
  const progress = h(
    "div",
    {
      class: "bw-progress",
      role: "progressbar",
      "aria-label": "Training progress",
      "aria-valuemin": 0,
    },
    fill,
  );
  const figures = h("div", { class: "bw-figures" });
  const element = h(
    "div",
    { class: "bw-training-head" },
    h("div", { class: "bw-title" }, chip, buttons),
    progress,
    figures,
  );
  let shown: string | null = null;
  let cells: HTMLElement[] = [];

  /** A pressed button waits, disabled, for the state to follow; a message may be lost, so not for ever. */
  const drawButtons = (state: Training): void => {
    const commands = commandsOf(state);
    const key = `${state.phase} ${commands.join()}`;
    if (key === shown) return;
    shown = key;
    const hadFocus = buttons.matches(":focus-within");
    const made = commands.map((command) => {
      const [label, name] = BUTTONS[command];
      const primary = command === "start" || command === "resume";
      const button = h(
        "button",
        { type: "button", class: primary ? "bw-button bw-primary" : "bw-button" },
        icon(name),
        label,
      );
      button.addEventListener("click", () => {
        const wait = (waiting: boolean): void => {
          for (const other of made) other.disabled = waiting;
        };
        wait(true);
        setTimeout(() => wait(false), PATIENCE_MS);
        send(command);
      });
      return button;
    });
    buttons.replaceChildren(...made);
    if (hadFocus) made[0]?.focus();
  };

  const draw = (state: Training): void => {
    drawButtons(state);
    setText(chip, CHIPS[state.phase]);
    chip.dataset["phase"] = state.phase;
    const done = state.totalSteps > 0 ? Math.min(1, state.step / state.totalSteps) : 0;
    fill.style.width = `${100 * done}%`;
    progress.dataset["phase"] = state.phase;
    progress.setAttribute("aria-valuemax", String(state.totalSteps));
    progress.setAttribute("aria-valuenow", String(Math.min(state.step, state.totalSteps)));
    progress.setAttribute("aria-valuetext", `${Math.round(100 * done)}%`);
    const pairs = figuresOf(state);
    if (cells.length !== 2 * pairs.length) {
      cells = pairs.flatMap(() => [
        h("div", { class: "bw-note" }),
        h("div", { class: "bw-figure bw-number" }),
      ]);
      figures.replaceChildren(
        ...pairs.map((_, i) => h("div", {}, ...cells.slice(2 * i, 2 * i + 2))),
      );
    }
    for (const [i, cell] of cells.entries()) setText(cell, pairs[i >> 1]?.[i % 2] ?? "");
  };
  return { element, draw };
}
