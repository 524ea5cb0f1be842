import { makeClassPicker } from "../../shared/class_picker.ts";
import { button, h, setAttribute, setText } from "../../shared/dom.ts";
import { decimal, percent } from "../../shared/format.ts";
import { makeTerm } from "../../shared/terms.ts";
import { tokenInView } from "../arrangement.ts";
import { quoted } from "../plot/readings.ts";
import type { Attention } from "../state.ts";
import { isMasked, tokensToMask } from "./masking.ts";

interface PredictionActions {
  send: (command: "effects" | "cancel") => void;
  target: (label: string) => void;
  reset: () => void;
  mask: () => void;
}

/** The prediction for the target class, and how it changes with tokens masked or heads off. */
export function makePrediction(actions: PredictionActions): {
  element: HTMLElement;
  draw: (state: Attention) => void;
} {
  const target = makeClassPicker("Target class of effects", actions.target);
  const sentence = h("span", { class: "bw-number", "aria-live": "polite" });
  const fill = h("span", { class: "bw-chance-fill" });
  const before = h("span", { class: "bw-chance-before" });
  const bar = h("span", { class: "bw-chance", "aria-hidden": "true" }, fill, before);
  const reset = button("Reset", actions.reset, { icon: "undo" });
  const mask = button("", actions.mask, { class: "bw-mask" });
  mask.title = "Replaces this token with the mask token (key m)";
  const measuring = makeMeasuring(actions.send);
  const element = h(
    "div",
    { class: "bw-outcome" },
    target.element,
    bar,
    sentence,
    reset,
    mask,
    measuring.element,
  );

  const draw = (state: Attention): void => {
    const { labels, unmaskedProbabilities, ablatedProbabilities, ablated, masked } = state;
    const index = labels.indexOf(state.target);
    element.hidden = index === -1;
    const [whole, now] = [unmaskedProbabilities[index] ?? 0, ablatedProbabilities[index] ?? 0];
    const changes = changesOf(ablated.size, masked.size);
    target.draw(choicesOf(state), state.chosenTarget, state.static || labels.length < 2);
    fill.style.width = `${100 * now}%`;
    before.hidden = changes === "";
    before.style.insetInlineStart = `${100 * whole}%`;
    measuring.draw(state);
    reset.hidden = changes === "" || state.static;
    setAttribute(reset, "aria-label", resetName(ablated.size, masked.size));
    drawMask(mask, state);
    setText(sentence, outcome(state.target, whole, now, changes));
  };
  return { element, draw };
}

/** All labels, preceded by the choice to follow the prediction: "". */
function choicesOf(state: Attention): (readonly [value: string, name: string])[] {
  const { labels, unmaskedProbabilities: chances } = state;
  const predicted = labels[chances.indexOf(Math.max(...chances))] ?? "";
  return [["", `predicted (${predicted})`], ...labels.map((label) => [label, label] as const)];
}

/** The button that measures the effect of every head, and its progress. */
function makeMeasuring(send: PredictionActions["send"]): {
  element: HTMLElement;
  draw: (state: Attention) => void;
} {
  const measure = button("Measure effects", () => send("effects"));
  measure.title = "Measures exact effects on the logit by switching off each head in turn";
  const cancel = button("Cancel", () => send("cancel"));
  // Only the sentence is spoken: the share changes all the time.
  const [measured, share] = [h("span"), h("span", { "aria-hidden": "true" })];
  const progress = h("span", { class: "bw-number", role: "status" }, measured, share);
  const term = makeTerm("effect-of-a-head", "What is an effect?");
  const element = h(
    "span",
    { class: "bw-measuring" },
    progress,
    h("span", { class: "bw-note" }, term),
    measure,
    cancel,
  );
  const draw = (state: Attention): void => {
    const { progress: done, measuring } = state;
    measure.hidden = state.static || measuring || state.labels.length === 0;
    cancel.hidden = state.static || !measuring || done >= 1;
    progress.hidden = cancel.hidden;
    setText(measured, progress.hidden ? "" : "Measuring effects: ");
    setText(share, `${decimal(100 * done, 0)}%`);
    element.hidden = measure.hidden && cancel.hidden;
  };
  return { element, draw };
}

function drawMask(element: HTMLButtonElement, state: Attention): void {
  const tokens = tokensToMask(state);
  element.hidden = tokens.length === 0;
  if (element.hidden) return;
  const token = tokenInView(state) ?? 0;
  const label = state.tokens[token];
  setText(element, isMasked(state, tokens) ? "Unmask" : `Mask ${quoted(label)}`);
}

function resetName(off: number, masked: number): string {
  if (masked === 0) return "Switch all heads on";
  return off === 0 ? "Unmask all tokens" : "Switch all heads on and unmask all tokens";
}

/** "2 tokens masked, 3 heads off"; empty if there are none. */
export function changesOf(off: number, masked: number): string {
  const counted = (count: number, name: string): string =>
    `${count} ${name}${count === 1 ? "" : "s"}`;
  return [
    ...(masked > 0 ? [`${counted(masked, "token")} masked`] : []),
    ...(off > 0 ? [`${counted(off, "head")} off`] : []),
  ].join(", ");
}

/** "3 heads off: P(positive) 97.4% → 64.1%". */
export function outcome(target: string, whole: number, now: number, changes: string): string {
  const chance = `P(${target}) ${percent(whole)}`;
  return changes === "" ? chance : `${changes}: ${chance} → ${percent(now)}`;
}
