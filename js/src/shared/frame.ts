import baseCss from "./base.css";
import type { Palette } from "./color/palette.ts";
import { followTheme } from "./color/theme.ts";
import { h, icon, setText } from "./dom.ts";
import { asksForHelp, type Help, makeHelp } from "./help.ts";
import { followLiveness, LIVENESS } from "./model/liveness.ts";
import type { Model, RenderContext } from "./model/model.ts";
import { attempt, type Parsed, text } from "./model/read.ts";

/** Traits arrive one by one: how long they may be inconsistent before an error is shown. */
const PATIENCE_MS = 600;

export const DAMAGED =
  "The saved state of this widget is damaged. Run the cell again to restore it.";

const MINE = "data-lm-suppress-shortcuts";

/** What the parts of a widget share; only those that name its traits can read and set them. */
export interface Frame<Trait extends string = never> {
  model: Model<Trait>;
  /** The element that holds the parts of the widget. */
  body: HTMLElement;
  signal: AbortSignal;
  palette: Palette;
}

interface Parts<T, Trait extends string> {
  /** The widget's name for screen readers. */
  name: string;
  css: string;
  /** What its keys do. */
  keys: Help;
  traits: readonly Trait[];
  read: (model: Model<Trait>) => T;
  /** Builds the parts once and returns what draws a state, now and at every change. */
  build: (frame: Frame<Trait>) => (state: T) => void;
}

/** One view of a widget: style, theme, error banner, and a redraw once its changed traits have arrived. */
export function openFrame<T, Trait extends string>(
  context: RenderContext,
  parts: Parts<T, Trait>,
): () => void {
  const { el } = context;
  const model = followLiveness(context.model);
  const closing = new AbortController();
  const { signal } = closing;
  const close = (): void => closing.abort();
  if (context.signal?.aborted) return close;
  context.signal?.addEventListener("abort", close, { signal });

  const banner = makeBanner();
  const body = h("div", { class: "bw-body" });
  const help = makeHelp(parts.name, parts.keys);
  const root = h(
    "section",
    { class: "bw", "aria-label": parts.name },
    banner.element,
    body,
    ...help.elements,
  );
  root.addEventListener("keydown", (event) => {
    if (asksForHelp(event)) help.open();
  });
  keepKeys(root, signal);
  el.replaceChildren(h("style", {}, `${baseCss}${parts.css}`), root);
  signal.addEventListener("abort", () => el.replaceChildren());

  let frame: Frame<Trait> | null = null;
  let draw: ((state: T) => void) | null = null;
  let drawn: { value: T } | null = null;
  followTheme(root, signal, (palette) => {
    if (frame !== null) frame.palette = palette;
    else {
      frame = { model, body, signal, palette };
      draw = parts.build(frame);
    }
    if (drawn !== null) draw?.(drawn.value);
  });

  let complaint = 0;
  const update = (): void => {
    clearTimeout(complaint);
    banner.show(attempt(() => text(model, "error")));
    const parsed = attempt(() => parts.read(model));
    if ("value" in parsed) {
      drawn = parsed;
      draw?.(parsed.value);
    } else {
      const wait = drawn === null ? 0 : PATIENCE_MS;
      complaint = setTimeout(() => banner.show(parsed), wait);
    }
  };
  onTraits(model, parts.traits, signal, update);
  signal.addEventListener("abort", () => clearTimeout(complaint));
  update();
  return close;
}

/**
 * Keeps a notebook from taking a key pressed on a button for a shortcut: two d delete the cell.
 *
 * JupyterLab handles the keys that bubble up to it: it gets those that no part uses, except letters.
 * Notebook 7 handles keys first, and ignores those pressed on an element with Lumino's attribute; it
 * gets key combinations.
 */
function keepKeys(root: HTMLElement, signal: AbortSignal): void {
  const isChord = ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean =>
    ctrlKey || metaKey || altKey || (shiftKey && key === "Enter");
  const mark = (event: KeyboardEvent, on: boolean): void => {
    const { target } = event;
    if (target instanceof Element && root.contains(target)) target.toggleAttribute(MINE, on);
  };
  addEventListener("keydown", (event) => mark(event, !isChord(event)), { capture: true, signal });
  root.addEventListener("keydown", (event) => {
    mark(event, false);
    if (event.key.length === 1 && !isChord(event)) event.stopPropagation();
  });
}

/** Calls back once per animation frame in which any of the traits changed. */
function onTraits(
  model: Model,
  traits: readonly string[],
  signal: AbortSignal,
  callback: () => void,
): void {
  let pending = 0;
  const later = (): void => {
    if (pending !== 0) return;
    pending = requestAnimationFrame(() => {
      pending = 0;
      callback();
    });
  };
  const events = [LIVENESS, ...traits.map((trait) => `change:${trait}`)];
  for (const event of events) model.on(event, later);
  signal.addEventListener("abort", () => {
    cancelAnimationFrame(pending);
    for (const event of events) model.off(event, later);
  });
}

function makeBanner(): { element: HTMLElement; show: (message: Parsed<string>) => void } {
  const message = h("span");
  const element = h(
    "div",
    { class: "bw-banner", role: "alert", hidden: true },
    icon("alarm"),
    message,
  );
  const show = (parsed: Parsed<string>): void => {
    const sentence = "value" in parsed ? parsed.value : DAMAGED;
    if ("damage" in parsed) console.error(`bert_widgets: ${DAMAGED} ${parsed.damage}`);
    setText(message, sentence);
    element.hidden = sentence === "";
  };
  return { element, show };
}
