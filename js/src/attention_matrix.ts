import attentionCss from "./attention_matrix/attention_matrix.css";
import { makeHeader } from "./attention_matrix/controls/header.ts";
import { makeSettings } from "./attention_matrix/controls/settings.ts";
import { KEYS } from "./attention_matrix/keys.ts";
import { makeLines } from "./attention_matrix/lines/view.ts";
import { makeMatrix } from "./attention_matrix/matrix/view.ts";
import { makeMosaic } from "./attention_matrix/mosaic/view.ts";
import { save } from "./attention_matrix/picture/save.ts";
import { sheetOf } from "./attention_matrix/picture/sheet.ts";
import plotsCss from "./attention_matrix/plot/plots.css";
import { makeCautions } from "./attention_matrix/prediction/cautions.ts";
import { tokensToMask, withToggled } from "./attention_matrix/prediction/masking.ts";
import { makePrediction } from "./attention_matrix/prediction/view.ts";
import { makeQueryKey } from "./attention_matrix/query_key/view.ts";
import similarCss from "./attention_matrix/similar/similar.css";
import { makeSimilar } from "./attention_matrix/similar/view.ts";
import {
  type Attention,
  attentionReader,
  type View as ViewName,
} from "./attention_matrix/state.ts";
import { tableMaker } from "./attention_matrix/tables.ts";
import { TRAITS, type Trait } from "./attention_matrix/traits.ts";
import type { Actions, Picture, View } from "./attention_matrix/view.ts";
import { makeAsTable } from "./shared/as_table.ts";
import { h, setAttribute } from "./shared/dom.ts";
import { type Frame, openFrame } from "./shared/frame.ts";
import { makeHint } from "./shared/hint.ts";
import { type RenderContext, setTrait } from "./shared/model/model.ts";

const HINT =
  "Open a head in All heads to see where it looks. Measure effects switches off each head in turn and shows what that does to the prediction; Similar tokens finds what the model represents alike in your own texts.";

function build(frame: Frame<Trait>): (state: Attention) => void {
  const { model } = frame;
  let state: Attention | null = null;
  let open = false;
  const corpus = makeCorpusQuestion();
  const set = (trait: Trait, value: unknown): void => setTrait(model, trait, value);
  const mask = (): void => {
    if (state !== null && tokensToMask(state).length > 0) set("masked", withToggled(state));
  };
  const plot = makePlot(
    frame,
    actionsOf(frame, () => state),
  );
  const header = makeHeader({
    set: (trait, value) => {
      if (state !== null && corpus.asks(state, trait, value)) draw(state);
      else set(trait, value);
    },
    options: (shown) => {
      open = shown;
      if (state !== null) draw(state);
    },
  });
  const settings = makeSettings({
    set,
    save: (kind) => {
      const picture = state && plot.picture(state);
      if (state && picture) save(sheetOf(state, picture, frame), kind);
    },
  });
  header.opens(settings.element);
  const prediction = makePrediction({
    target: (label) => set("chosen_target", label),
    reset: () => {
      model.set("masked", []);
      set("ablated", []);
    },
    mask,
    send: (command) => model.send({ command }),
  });
  const cautions = makeCautions();
  plot.element.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (key !== "m" || ctrlKey || metaKey || altKey || state?.view === "mosaic") return;
    // JupyterLab would turn the cell into Markdown, and drop the widget.
    event.preventDefault();
    event.stopPropagation();
    mask();
  });
  const hint = makeHint("attention_matrix", HINT);
  const asTable = makeAsTable("Attention");
  const parts = [header, settings, plot, asTable, prediction, cautions];
  frame.body.append(hint, ...parts.map(({ element }) => element));

  const tableOf = tableMaker();
  const drawTable = (next: Attention): void => {
    const make = tableOf(next);
    asTable.element.hidden = make === null;
    if (make !== null) asTable.draw(make);
  };
  const draw = (latest: Attention): void => {
    state = latest;
    const next = corpus.shown(latest);
    header.draw(next, frame.palette, open);
    settings.draw(next, open);
    plot.draw(next);
    drawTable(next);
    prediction.draw(next);
    cautions.draw(next);
    hint.classList.toggle("bw-unlive", next.static);
  };
  return draw;
}

/**
 * The view of similar tokens before there is a corpus: Python knows no such view, so it is only shown
 * on this page, until another is chosen.
 */
function makeCorpusQuestion(): {
  asks: (state: Attention, trait: Trait, value: unknown) => boolean;
  shown: (state: Attention) => Attention;
} {
  let over: ViewName | null = null;
  return {
    asks: (state, trait, value) => {
      if (trait !== "view") return false;
      const before = over;
      over = value === "similar" && state.similar === null ? state.view : null;
      return over !== null || (before !== null && value === state.view);
    },
    shown: (state) => {
      if (state.similar !== null || state.view !== over) over = null;
      return over === null ? state : { ...state, view: "similar" };
    },
  };
}

function actionsOf({ model }: Frame<Trait>, current: () => Attention | null): Actions {
  const set = (trait: Trait, value: unknown): void => setTrait(model, trait, value);
  const look = (token: number | null): void => {
    const word = token === null ? -1 : (current()?.rows.wordOfToken[token] ?? -1);
    model.set("token", token);
    set("selected", word === -1 ? null : word);
  };
  const choose = (row: number | null): void =>
    look(row === null ? null : (current()?.rows.tokens[row] ?? null));
  return { set, look, choose };
}

/** The place of the chosen view. */
function makePlot(
  frame: Frame<Trait>,
  actions: Actions,
): {
  element: HTMLElement;
  draw: (state: Attention) => void;
  picture: (state: Attention) => Picture | null;
} {
  const views: Record<ViewName, View> = {
    mosaic: makeMosaic(frame, actions),
    matrix: makeMatrix(frame, actions),
    lines: makeLines(frame, actions),
    query_key: makeQueryKey(frame, actions),
    similar: makeSimilar(frame, actions),
  };
  const element = h("div", { class: "bw-view" });
  const draw = (state: Attention): void => {
    const view = views[state.view];
    if (element.firstChild !== view.element) {
      const focused = element.matches(":focus-within");
      element.replaceChildren(view.element);
      if (focused) element.querySelector("canvas")?.focus();
    }
    setAttribute(element, "aria-busy", state.busy && !state.static ? "true" : null);
    view.draw(state);
  };
  return { element, draw, picture: (state) => views[state.view].picture() };
}

function render(context: RenderContext): () => void {
  return openFrame(context, {
    name: "Attention matrix",
    keys: KEYS,
    css: attentionCss + plotsCss + similarCss,
    traits: TRAITS,
    read: attentionReader(),
    build,
  });
}

export default { render };
