import { makeClassPicker } from "../../shared/class_picker.ts";
import { button, dropdown, h, named, setText } from "../../shared/dom.ts";
import { follow } from "../../shared/reactive.ts";
import { type Copied, copyFailed } from "../copying/clipboard.ts";
import { type Highlights, methodOf, type Unit } from "../state.ts";
import type { Store } from "../store.ts";

const UNIT_NAMES: Record<Unit, string> = {
  words: "Words",
  tokens: "Tokens",
  sentences: "Sentences",
  spans: "Drawn spans",
};

interface OptionActions {
  set: (trait: "unit" | "baseline" | "against" | "output", value: string) => void;
  copy: Record<"HTML" | "PNG", () => Promise<Copied>>;
}

/** The options: how the text is explained, and copies of the result. */
export function makeOptions(
  closing: AbortSignal,
  store: Store,
  actions: OptionActions,
): HTMLElement {
  const note = h("p", { class: "bw-note" });
  const element = h(
    "div",
    { class: "bw-options", id: `bw-${Math.random().toString(36).slice(2)}`, hidden: true },
    makePickers(closing, store, actions),
    note,
    makeCopies(actions),
  );
  follow(closing, () => {
    element.hidden = !store.optionsOpen.value;
    setText(note, store.live.value ? remarkOn(store.state.value) : "");
    note.hidden = note.textContent === "";
  });
  return element;
}

function makePickers(closing: AbortSignal, store: Store, { set }: OptionActions): HTMLElement {
  const unit = dropdown("What is scored", (value) => set("unit", value));
  const against = makeClassPicker("Against", (value) => set("against", value));
  const output = dropdown("Measured as", (value) => set("output", value));
  const baseline = dropdown("Baseline", (value) => set("baseline", value));
  const element = h(
    "div",
    { class: "bw-pickers" },
    named("What is scored", unit.element),
    named("Against", against.element),
    named("Measured as", output.element),
    named("Baseline", baseline.element),
  );
  follow(closing, () => {
    const state = store.state.value;
    element.hidden = !store.live.value;
    const units = Object.entries(UNIT_NAMES).filter(
      ([name]) => name !== "spans" || state.unit === "spans" || state.spans.length > 0,
    );
    unit.draw(units, state.unit);
    const others = state.labels.filter((label) => label !== state.target);
    against.draw(
      [["", "No other class"], ...others.map((label) => [label, label] as const)],
      state.against,
      others.length === 0,
    );
    const logit = state.against === "" ? "Logit" : "Log-odds";
    output.draw(
      [
        ["logit", logit],
        ["probability", "Probability"],
      ],
      state.output,
    );
    const baselines = state.baselines.map(([name, title]) => [name, capitalised(title)] as const);
    baseline.draw(baselines, state.baseline);
  });
  return element;
}

function makeCopies({ copy }: OptionActions): HTMLElement {
  const result = h("span", { class: "bw-note", role: "status" });
  const copier = (format: "HTML" | "PNG"): HTMLButtonElement =>
    button(
      `Copy as ${format}`,
      async () => {
        setText(result, "");
        setText(result, await copy[format]().catch(copyFailed));
      },
      { icon: "copy" },
    );
  return h("div", { class: "bw-copies" }, result, copier("HTML"), copier("PNG"));
}

function capitalised(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}

function remarkOn(state: Highlights): string {
  const { cost } = methodOf(state, state.method);
  const price = cost === "" ? "" : `Cost per text: ${cost.replace(/\.$/, "")}. `;
  if (state.unit === "spans" && state.spans.length === 0)
    return `${price}No span has been drawn: drag over several words, or select them with Shift and the arrow keys.`;
  return state.unit === "words"
    ? `${price}To score several words as one, drag over them.`
    : price.trim();
}
