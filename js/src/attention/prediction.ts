import { button, dropdown, h, setText } from "../shared/dom.ts";
import { decimal } from "../shared/format.ts";
import type { Attention } from "./state.ts";

interface PredictionActions {
  send: (command: "effects" | "cancel") => void;
  target: (label: string) => void;
  reset: () => void;
}

/** The prediction of the class looked at, and what it becomes with heads switched off. */
export function makePrediction(actions: PredictionActions): {
  element: HTMLElement;
  draw: (state: Attention) => void;
} {
  const target = dropdown("Class that effects are about", actions.target);
  const sentence = h("span", { class: "bw-number", "aria-live": "polite" });
  const fill = h("span", { class: "bw-chance-fill" });
  const before = h("span", { class: "bw-chance-before" });
  const bar = h("span", { class: "bw-chance", "aria-hidden": "true" }, fill, before);
  const reset = button("Reset", actions.reset, { icon: "remove", name: "Switch all heads on" });
  const measuring = makeMeasuring(actions.send);
  const element = h(
    "div",
    { class: "bw-outcome" },
    target.element,
    bar,
    sentence,
    reset,
    measuring.element,
  );

  const draw = (state: Attention): void => {
    const { classes, probabilities, ablatedProbabilities, ablated } = state;
    const at = classes.indexOf(state.target);
    element.hidden = at === -1;
    const [whole, without] = [probabilities[at] ?? 0, ablatedProbabilities[at] ?? 0];
    const now = ablated.size > 0 ? without : whole;
    target.draw(
      classes.map((label) => [label, label] as const),
      state.target,
    );
    target.select.disabled = state.static || classes.length < 2;
    fill.style.width = `${100 * now}%`;
    before.hidden = ablated.size === 0;
    before.style.insetInlineStart = `${100 * whole}%`;
    measuring.draw(state);
    reset.hidden = ablated.size === 0 || state.static;
    setText(sentence, outcome(state.target, whole, without, ablated.size));
  };
  return { element, draw };
}

/** The button that measures every head's effect, and how far that is. */
function makeMeasuring(send: PredictionActions["send"]): {
  element: HTMLElement;
  draw: (state: Attention) => void;
} {
  const measure = button("Measure effects", () => send("effects"));
  measure.title = "Switches off one head after another and reads the logit, for exact effects";
  const cancel = button("Cancel", () => send("cancel"));
  const progress = h("span", { class: "bw-number", role: "status" });
  const element = h("span", { class: "bw-measuring" }, progress, measure, cancel);
  const draw = (state: Attention): void => {
    const { progress: done, measuring } = state;
    measure.hidden = state.static || measuring || state.classes.length === 0;
    cancel.hidden = state.static || !measuring || done >= 1;
    progress.hidden = cancel.hidden;
    setText(progress, `Measuring effects: ${decimal(100 * done, 0)}%`);
    element.hidden = measure.hidden && cancel.hidden;
  };
  return { element, draw };
}

/** "3 heads off: P(positive) 0.97 → 0.64". */
export function outcome(target: string, whole: number, without: number, off: number): string {
  const chance = `P(${target}) ${decimal(whole, 2)}`;
  if (off === 0) return chance;
  return `${off} ${off === 1 ? "head" : "heads"} off: ${chance} → ${decimal(without, 2)}`;
}
