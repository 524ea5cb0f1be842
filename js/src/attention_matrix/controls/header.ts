import type { Palette } from "../../shared/color/palette.ts";
import { button, dropdown, h, icon, setAttribute } from "../../shared/dom.ts";
import { hasHeads, nameOf } from "../maps.ts";
import { type Attention, EFFECT, VIEWS } from "../state.ts";
import type { Trait } from "../traits.ts";
import { makePicker } from "./picker.ts";
import { makeScaleBar } from "./scale_bar.ts";
import { scaleOf } from "./scales_of.ts";
import { captioned } from "./settings.ts";
import { makeSwitcher } from "./switcher.ts";

interface HeaderActions {
  set: (trait: Trait, value: unknown) => void;
  options: (open: boolean) => void;
}

/** Controls for the view, for the displayed head or the order of heads, and the scale. */
export function makeHeader(actions: HeaderActions): {
  element: HTMLElement;
  /** Tells assistive technology which element the Options button opens. */
  opens: (panel: HTMLElement) => void;
  draw: (state: Attention, palette: Palette, open: boolean) => void;
} {
  const switcher = makeSwitcher((view) => actions.set("view", view));
  const pickers = makeHeadPickers(actions.set);
  const sorting = makeSorting(actions.set);
  const scale = makeScaleBar();
  const options = button(
    "Options",
    () => actions.options(options.getAttribute("aria-expanded") !== "true"),
    { class: "bw-choices-button" },
  );
  options.append(icon("down"));
  const element = h(
    "div",
    { class: "bw-controls" },
    h("div", { class: "bw-controls-row" }, switcher.element, options),
    h("div", { class: "bw-controls-row" }, sorting.element, pickers.element, scale.element),
  );
  const draw = (state: Attention, palette: Palette, open: boolean): void => {
    // Without a corpus the tab says what to give; a saved page cannot be given any.
    const offered = VIEWS.filter(
      (view) => view !== "similar" || state.similar !== null || !state.static,
    );
    switcher.draw(state.view, offered);
    options.hidden = state.view === "similar";
    setAttribute(options, "aria-expanded", open ? "true" : "false");
    sorting.draw(state);
    pickers.draw(state);
    scale.draw(scaleOf(state, palette));
  };
  const opens = (panel: HTMLElement): void => setAttribute(options, "aria-controls", panel.id);
  return { element, opens, draw };
}

interface Control {
  element: HTMLElement;
  draw: (state: Attention) => void;
}

/** The order of the heads in the mosaic, and the number under each. */
function makeSorting(set: HeaderActions["set"]): Control {
  const order = dropdown("Order", (name) => set("order", name));
  const colour = dropdown("Number", (name) => set("colour", name));
  const element = h(
    "div",
    { class: "bw-sorting" },
    captioned("Order", order.element),
    captioned("Number", colour.element),
  );
  const draw = (state: Attention): void => {
    element.hidden = state.view !== "mosaic";
    const listed = state.statistics.map(({ name, title }) => [name, title] as const);
    const effect = [EFFECT, `Effect on ${state.target}`] as const;
    order.draw([["", "Layer by layer"], effect, ...listed], state.order);
    colour.draw([["", "None"], effect, ...listed], state.colour);
  };
  return { element, draw };
}

/** The layer and the head to show. */
function makeHeadPickers(set: HeaderActions["set"]): Control {
  const layer = makePicker("Layer", (choice) => {
    if (choice === -1) set("head", -1);
    set("layer", choice);
  });
  const head = makePicker("Head", (choice) => set("head", choice));
  const element = h("div", { class: "bw-steppers" }, layer.element, head.element);
  const draw = (state: Attention): void => {
    const { layers, heads, measure, view } = state;
    const lacks = (changed: Partial<Attention>): boolean =>
      state.static && view === "matrix" && !state.maps.has(nameOf({ ...state, ...changed }));
    element.hidden = view === "mosaic";
    layer.draw({
      chosen: state.layer,
      count: layers,
      all: "all",
      disabled: false,
      missing: (choice) => lacks({ layer: choice }),
    });
    head.draw({
      chosen: hasHeads(measure) && state.layer >= 0 ? state.head : -1,
      count: heads,
      all: measure === "norms" ? "block" : "mean",
      disabled: !hasHeads(measure) || state.layer === -1,
      missing: (choice) => lacks({ head: choice }),
    });
    head.element.hidden = view === "lines" || view === "similar";
  };
  return { element, draw };
}
