import { button, dropdown, h, named, setAttribute, setText } from "../shared/dom.ts";
import { type Copied, copyFailed } from "./clipboard.ts";
import { type Highlights, isLive, methodOf } from "./state.ts";

const UNIT_NAMES = {
  words: "Words",
  tokens: "Tokens",
  sentences: "Sentences",
  spans: "Drawn spans",
};

/** What is drawn besides the words; each can be turned on and off. */
export interface Views {
  tokens: boolean;
  compare: boolean;
  byLayer: boolean;
  evidence: boolean;
}

interface MoreActions {
  set: (trait: "unit" | "baseline" | "against" | "output", value: string) => void;
  show: (view: keyof Views, on: boolean) => void;
  copy: (what: "HTML" | "PNG") => Promise<Copied>;
}

/** How it is explained and what is shown besides: all that a first look does not need. */
export function makeMore(actions: MoreActions): {
  element: HTMLElement;
  draw: (state: Highlights, views: Views, open: boolean) => void;
} {
  const pickers = {
    unit: dropdown("What is scored", (value) => actions.set("unit", value)),
    against: dropdown("Against", (value) => actions.set("against", value)),
    output: dropdown("Measured as", (value) => actions.set("output", value)),
    baseline: dropdown("Baseline", (value) => actions.set("baseline", value)),
  };
  const fields = h(
    "div",
    { class: "bw-pickers" },
    named("What is scored", pickers.unit.element),
    named("Against", pickers.against.element),
    named("Measured as", pickers.output.element),
    named("Baseline", pickers.baseline.element),
  );
  const toggle = (view: keyof Views, label: string, title: string): HTMLButtonElement => {
    const press = button(label, () =>
      actions.show(view, press.getAttribute("aria-pressed") !== "true"),
    );
    press.title = title;
    return press;
  };
  const toggles = {
    tokens: toggle("tokens", "Tokens", "Show the subword tokens, each with its score"),
    compare: toggle("compare", "Rows per class", "The text once for every class"),
    byLayer: toggle("byLayer", "Layers", "The scores at the output of every layer"),
    evidence: toggle("evidence", "Evidence", "What becomes of the prediction as words are removed"),
  };
  const said = h("span", { class: "bw-note", role: "status" });
  const copier = (what: "HTML" | "PNG"): HTMLButtonElement => {
    const press = button(
      `Copy as ${what}`,
      async () => {
        setText(said, "");
        setText(said, await actions.copy(what).catch(copyFailed));
      },
      { icon: "copy" },
    );
    return press;
  };
  const note = h("p", { class: "bw-note" });
  const element = h(
    "div",
    { class: "bw-options", id: `bw-${Math.random().toString(36).slice(2)}`, hidden: true },
    fields,
    note,
    h(
      "div",
      { class: "bw-options-row" },
      h(
        "div",
        { class: "bw-toggles", role: "group", "aria-label": "Show" },
        ...Object.values(toggles),
      ),
      h("div", { class: "bw-copies" }, said, copier("HTML"), copier("PNG")),
    ),
  );

  const draw = (state: Highlights, views: Views, open: boolean): void => {
    element.hidden = !open;
    if (!open) return;
    const live = isLive(state);
    fields.hidden = !live;
    drawPickers(state);
    const shown = offered(state);
    for (const name of ["tokens", "compare", "byLayer", "evidence"] as const) {
      toggles[name].hidden = !shown[name];
      setAttribute(toggles[name], "aria-pressed", views[name] ? "true" : "false");
    }
    setText(note, live ? remarkOn(state) : "");
    note.hidden = note.textContent === "";
  };
  const drawPickers = (state: Highlights): void => {
    const units = Object.entries(UNIT_NAMES).filter(
      ([unit]) => unit !== "spans" || state.unit === "spans" || state.spans.length > 0,
    );
    pickers.unit.draw(units, state.unit);
    const others = state.labels.filter((label) => label !== state.target);
    pickers.against.draw(
      [["", "No other class"], ...others.map((label) => [label, label] as const)],
      state.against,
    );
    pickers.against.select.disabled = others.length === 0;
    pickers.output.draw(
      [
        ["logit", state.against === "" ? "Logit" : "Log-odds"],
        ["probability", "Probability"],
      ],
      state.output,
    );
    const baselines = state.baselines.map(([name, title]) => [name, capitalised(title)] as const);
    pickers.baseline.draw(baselines, state.baseline);
  };
  return { element, draw };
}

function capitalised(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** What there is to show, or can be computed. */
function offered(state: Highlights): Views {
  const live = isLive(state);
  return {
    tokens: state.tokens.length > 0 && state.unit === "words",
    compare: state.labels.length > 1 && (live || state.classes !== null),
    byLayer: live || state.layers !== null,
    evidence: live || state.deletion !== null,
  };
}

function remarkOn(state: Highlights): string {
  const { cost } = methodOf(state, state.method);
  const price = cost === "" ? "" : `Cost of a text: ${cost.replace(/\.$/, "")}. `;
  if (state.unit === "spans" && state.spans.length === 0)
    return `${price}No span is drawn yet: drag over some words, or select them with Shift and the arrow keys.`;
  return state.unit === "words"
    ? `${price}To score several words as one, drag over them.`
    : price.trim();
}
