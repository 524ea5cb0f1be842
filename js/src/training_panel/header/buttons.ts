import { button, h, type IconName, setAttribute } from "../../shared/dom.ts";
import type { Phase, Training } from "../state.ts";

export type Command =
  | "start"
  | "pause"
  | "resume"
  | "stop"
  | "stop_after_epoch"
  | "save"
  | "find_learning_rate"
  | "cancel_search";

type ButtonCommand = Exclude<Command, "find_learning_rate" | "cancel_search">;

const COMMANDS: Partial<Record<Phase, ButtonCommand[]>> = {
  ready: ["start"],
  running: ["pause", "stop", "save", "stop_after_epoch"],
  paused: ["resume", "stop", "save", "stop_after_epoch"],
};

/** How long a pressed button waits for a change of state before it can be pressed again. */
const PATIENCE_MS = 3000;

/** Less prominent buttons have no icon. */
const BUTTONS: Record<ButtonCommand, [string, IconName?]> = {
  start: ["Start", "play"],
  pause: ["Pause", "pause"],
  resume: ["Resume", "play"],
  stop: ["Stop", "stop"],
  stop_after_epoch: ["Stop after this epoch"],
  save: ["Save now"],
};

export function commandsOf(state: Training): ButtonCommand[] {
  if (state.static) return [];
  const commands = COMMANDS[state.phase] ?? [];
  return state.canSave ? commands : commands.filter((command) => command !== "save");
}

/**
 * Shown when a pressed button had no effect yet. Before ipykernel 7, no message arrives while a cell runs;
 * and hosts may lose messages, especially after a reload.
 */
const SILENCE =
  "The kernel has not answered yet. If a cell is running, this is done when the cell ends, or when you interrupt it. If none is, reload the page, or control the run in a cell: run.pause(), run.stop().";

/** The buttons that can be used now: those that control the run, and the less prominent ones. */
export function makeButtons(
  send: (command: Command) => void,
  complain: (problem: string) => void,
): {
  elements: [controls: HTMLElement, quiet: HTMLElement];
  draw: (state: Training) => void;
} {
  const controls = h("div", { class: "bw-buttons" });
  const quiet = h("div", { class: "bw-buttons bw-quiets" });
  let drawn = "";

  /** A pressed button is disabled until the state changes, but not forever: a message may be lost. */
  const press = (command: Command, waiting: readonly HTMLButtonElement[]): void => {
    for (const control of waiting) control.disabled = true;
    const before = drawn;
    setTimeout(() => {
      for (const control of waiting) control.disabled = false;
      if (drawn === before && command !== "save") complain(SILENCE);
    }, PATIENCE_MS);
    send(command);
  };
  const make = (command: ButtonCommand, stopsAfterEpoch: boolean): HTMLButtonElement => {
    const [label, icon] = BUTTONS[command];
    if (icon === undefined) {
      const control = button(label, () => press(command, [control]), { class: "bw-quiet" });
      if (command === "stop_after_epoch")
        setAttribute(control, "aria-pressed", `${stopsAfterEpoch}`);
      return control;
    }
    const look = command === "start" || command === "resume" ? "bw-primary" : "";
    const all = (): HTMLButtonElement[] => [...controls.querySelectorAll("button")];
    return button(label, () => press(command, all()), { icon, class: look });
  };
  const fill = (place: HTMLElement, made: HTMLButtonElement[]): void => {
    const focused = [...place.children].findIndex((control) => control.matches(":focus"));
    place.replaceChildren(...made);
    if (focused >= 0) (made[focused] ?? made[0])?.focus();
  };
  const draw = (state: Training): void => {
    const commands = commandsOf(state);
    const key = JSON.stringify([state.phase, state.shown, commands, state.stopsAfterEpoch]);
    if (key === drawn) return;
    drawn = key;
    complain("");
    const made = commands.map((command) => make(command, state.stopsAfterEpoch));
    const isQuiet = (control: HTMLButtonElement): boolean => control.matches(".bw-quiet");
    fill(
      controls,
      made.filter((control) => !isQuiet(control)),
    );
    fill(quiet, made.filter(isQuiet));
  };
  return { elements: [controls, quiet], draw };
}
