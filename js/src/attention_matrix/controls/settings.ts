import { button, dropdown, h, setAttribute } from "../../shared/dom.ts";
import type { Measure } from "../maps.ts";
import type { Attention, Filter, Unit } from "../state.ts";
import { UNITS } from "../state.ts";
import type { Trait } from "../traits.ts";

const MEASURE_NAMES: Record<Measure, string> = {
  weights: "Weights",
  norms: "Value-weighted norms",
  rollout: "Rollout",
  gradient: "Attention × gradient",
};
const UNIT_NAMES: Record<Unit, string> = { tokens: "Tokens", words: "Words" };
const FILTER_NAMES: Record<Filter, string> = {
  all: "Both texts",
  ab: "First to second",
  ba: "Second to first",
  aa: "Within the first",
  bb: "Within the second",
};

interface SettingsActions {
  set: (trait: Trait, value: unknown) => void;
  save: (kind: "PNG" | "SVG") => void;
}

/** Less frequent options: the measure, what the rows are, the filter for pairs, and saving to files. */
export function makeSettings(actions: SettingsActions): {
  element: HTMLElement;
  draw: (state: Attention, open: boolean) => void;
} {
  const measure = dropdown("Measure", (value) => actions.set("measure", value));
  const unit = dropdown("Rows", (value) => actions.set("unit", value));
  const filter = dropdown("Pair", (value) => actions.set("pairs_filter", value));
  const specials = button("Special tokens", () =>
    actions.set("specials", specials.getAttribute("aria-pressed") !== "true"),
  );
  specials.title =
    "Show [CLS], [SEP] and other special tokens. Without them, rows are scaled up to 1 again.";
  const pair = captioned("Pair", filter.element);
  const ofMatrices = [
    captioned("Measure", measure.element),
    captioned("Rows and columns", unit.element),
    specials,
  ];
  const element = h(
    "div",
    { class: "bw-choices", id: `bw-${Math.random().toString(36).slice(2)}`, hidden: true },
    ...ofMatrices,
    pair,
    h(
      "div",
      { class: "bw-files" },
      button("PNG", () => actions.save("PNG"), { icon: "save", name: "Save as PNG" }),
      button("SVG", () => actions.save("SVG"), { icon: "save", name: "Save as SVG" }),
    ),
  );
  const draw = (state: Attention, open: boolean): void => {
    element.hidden = !open || state.view === "similar";
    measure.draw(Object.entries(MEASURE_NAMES), state.measure);
    unit.draw(
      UNITS.map((unit) => [unit, UNIT_NAMES[unit]] as const),
      state.unit,
    );
    unit.select.disabled = state.static;
    specials.disabled = state.static;
    setAttribute(specials, "aria-pressed", state.specials ? "true" : "false");
    const isOfMatrices = state.view === "matrix" || state.view === "lines";
    for (const control of ofMatrices) control.hidden = !isOfMatrices;
    pair.hidden = !state.isPair || !isOfMatrices;
    filter.draw(Object.entries(FILTER_NAMES), state.filter);
  };
  return { element, draw };
}

/** A control with a visible label above it. */
export function captioned(name: string, control: HTMLElement): HTMLElement {
  return h("label", { class: "bw-captioned" }, h("span", { class: "bw-note" }, name), control);
}
