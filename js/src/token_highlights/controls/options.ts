import { button, dropdown, h, named, setAttribute, setText } from "../../shared/dom.ts";
import { follow } from "../../shared/reactive.ts";
import { type Copied, copyFailed } from "../copying/clipboard.ts";
import { type Highlights, isLive, methodOf, type Unit } from "../state.ts";
import type { Store } from "../store.ts";

const UNIT_NAMES: Record<Unit, string> = {
  words: "Words",
  tokens: "Tokens",
  sentences: "Sentences",
  spans: "Drawn spans",
};

interface OptionActions {
  set: (trait: "unit" | "baseline" | "against" | "output", value: string) => void;
  show: (trait: "compare" | "by_layer", on: boolean) => void;
  copy: Record<"HTML" | "PNG", () => Promise<Copied>>;
}

/** The options: how the text is explained, and what else is shown. */
export function makeOptions(
  closing: AbortSignal,
  store: Store,
  actions: OptionActions,
): HTMLElement {
  const note = h("p", { class: "bw-note" });
  const row = h(
    "div",
    { class: "bw-options-row" },
    makeToggles(closing, store, actions),
    makeCopies(actions),
  );
  const element = h(
    "div",
    { class: "bw-options", id: `bw-${Math.random().toString(36).slice(2)}`, hidden: true },
    makePickers(closing, store, actions),
    note,
    row,
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
  const against = dropdown("Against", (value) => set("against", value));
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
    );
    against.select.disabled = others.length === 0;
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

interface Toggle {
  label: string;
  title: string;
  /** Whether there is something to show, or it can be computed. */
  offered: (state: Highlights) => boolean;
  on: () => boolean;
  turn: (on: boolean) => void;
}

/** The views beside the words. */
function togglesOf(
  { state, tokensShown, evidenceShown }: Store,
  { show }: OptionActions,
): Toggle[] {
  return [
    {
      label: "Tokens",
      title: "Show the subword tokens, each with its score",
      offered: ({ tokens, unit }) => tokens.length > 0 && unit === "words",
      on: () => tokensShown.value,
      turn: (on) => {
        tokensShown.value = on;
      },
    },
    {
      label: "Rows per class",
      title: "Show the text once for every class",
      offered: (now) => now.labels.length > 1 && (isLive(now) || now.classes !== null),
      on: () => state.value.compare,
      turn: (on) => show("compare", on),
    },
    {
      label: "Layers",
      title: "Show the scores computed at the output of each layer",
      offered: (now) => isLive(now) || now.layers !== null,
      on: () => state.value.byLayer,
      turn: (on) => show("by_layer", on),
    },
    {
      label: "Evidence",
      title: "Show how the prediction changes as words are removed",
      offered: (now) => isLive(now) || now.deletion !== null,
      on: () => evidenceShown.value,
      turn: (on) => {
        evidenceShown.value = on;
      },
    },
  ];
}

function makeToggles(closing: AbortSignal, store: Store, actions: OptionActions): HTMLElement {
  const buttons = togglesOf(store, actions).map(({ label, title, offered, on, turn }) => {
    const press = button(label, () => turn(!on()));
    press.title = title;
    follow(closing, () => {
      press.hidden = !offered(store.state.value);
      setAttribute(press, "aria-pressed", on() ? "true" : "false");
    });
    return press;
  });
  return h("div", { class: "bw-toggles", role: "group", "aria-label": "Show" }, ...buttons);
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
