import { batch } from "@preact/signals-core";
import { h } from "../shared/dom.ts";
import type { Frame } from "../shared/frame.ts";
import { makeHint } from "../shared/hint.ts";
import { makeLegend } from "../shared/legend.ts";
import { follow } from "../shared/reactive.ts";
import { type Editor, makeEditor } from "./controls/editor.ts";
import { makeOptions } from "./controls/options.ts";
import { makeToolbar } from "./controls/toolbar.ts";
import { copyMarkup, copyPicture } from "./copying/copying.ts";
import { makeRemarks } from "./evidence/remarks.ts";
import { makeBars } from "./prediction/bars.ts";
import { drawDetail, targetOf } from "./prediction/detail.ts";
import { coveredBy, makeRequests, overlap, type Requests } from "./requests.ts";
import { type Highlights, isLive } from "./state.ts";
import { makeStore, type Store } from "./store.ts";
import { makeTexts, type TextsView } from "./text/texts.ts";
import type { Tracker } from "./tracker.ts";
import type { Trait } from "./traits.ts";
import { makeViews } from "./views/tabs.ts";
import type { Edit } from "./what_if/questions.ts";
import { makeTries } from "./what_if/tries.ts";
import { makeWhatIf, wordsText } from "./what_if/view.ts";
import { makeWordMenu, type WordMenu } from "./what_if/word_menu.ts";

const HINT =
  "Select a word to see how much it pushes the prediction; mask, delete or replace it to see what the model would say. The tabs below the text show the evidence for these scores, the layers, and the other classes.";

/** Builds the parts of the widget for the first state and returns what draws each state. */
export function buildHighlights(
  frame: Frame<Trait>,
  tracker: Tracker,
): (state: Highlights) => void {
  const requests = makeRequests(frame.model, tracker);
  let view: { store: Store; editor: Editor } | null = null;
  return (state) => {
    if (view === null) {
      const store = makeStore(tracker, state, frame.palette);
      view = { store, editor: mount(frame, store, requests) };
    }
    const { store, editor } = view;
    batch(() => {
      if (isLive(state)) editor.follow(state.texts, store.scored.value.texts);
      else editor.detach();
      store.take(state, frame.palette);
    });
  };
}

/** Puts all parts on the page; each draws itself again when what it shows has changed. */
function mount(frame: Frame, store: Store, requests: Requests): Editor {
  const { signal, body } = frame;
  const editor = makeEditor(signal, store.drafts, {
    settled: requests.texts,
    opened: () => requests.set("editing", true),
    closed: () => {
      requests.set("editing", false);
      toolbar.focusEdit();
    },
  });
  const actions = actionsOf(store, requests, editor, (word) => texts.elementOf(word));
  const { texts, menu } = makeTextsAndMenu(frame, store, requests, editor, actions);
  const bars = makeBars((label) => requests.target(label, store.state.value.against));
  const toolbar = makeToolbar({
    method: (method) => requests.explain({ method }),
    edit: () => (store.drafts.value === null ? actions.edit(0, null) : editor.done()),
    command: (name) => {
      editor.done();
      requests.command(name);
    },
    options: (open) => {
      store.optionsOpen.value = open;
    },
  });
  const whatIf = makeWhatIf({ apply: requests.texts, close: () => actions.ask(null) });
  const reading = makeReading(signal, store, triesOf(frame, store, actions, menu));
  const remarks = makeRemarks(signal, store);
  const pictured = [...bars.elements.slice(1), ...texts.blocks, reading.legend, remarks.badge];
  const options = makeOptions(signal, store, {
    set: (trait, value) => requests.explain({ [trait]: value }),
    copy: {
      HTML: () => copyMarkup(store),
      PNG: () => copyPicture(frame, store, pictured),
    },
  });
  toolbar.opens(options);
  follow(signal, () => bars.draw(store.state.value));
  follow(signal, () => {
    // Another class or method leaves the probabilities as they are.
    const old = store.stale.value && !sameTexts(store.state.value, store.scored.value);
    for (const element of bars.elements) element.classList.toggle("bw-outdated", old);
  });
  follow(signal, () => whatIf.draw(store.state.value));
  follow(signal, () => {
    const editing = store.drafts.value !== null;
    toolbar.draw(store.state.value, { editing, open: store.optionsOpen.value });
  });
  const hint = makeHint("token_highlights", HINT);
  follow(signal, () => {
    hint.classList.toggle("bw-unlive", !store.live.value);
  });
  body.append(
    hint,
    h("div", { class: "bw-top" }, ...bars.elements, toolbar.element),
    options,
    texts.element,
    whatIf.element,
    h("div", { class: "bw-foot" }, reading.element, remarks.element),
    makeViews(frame, store, requests, actions.select),
    menu.element,
  );
  return editor;
}

interface Actions {
  select: (word: number | null) => void;
  edit: (segment: 0 | 1, caret: number | null) => void;
  /** Asks a what-if question; null closes the answer. */
  ask: (question: Edit | null) => void;
}

function actionsOf(
  store: Store,
  requests: Requests,
  editor: Editor,
  elementOf: (word: number) => HTMLElement | undefined,
): Actions {
  return {
    select: (word) => {
      if (word !== store.state.value.selected) requests.set("selected", word);
    },
    edit: (segment, caret) => {
      const { texts } = store.state.value;
      if (store.live.value) editor.open(texts, segment, caret ?? texts[segment].length);
    },
    ask: (question) => {
      requests.whatIf(question);
      const { selected } = store.state.value;
      if (question === null && selected !== null) elementOf(selected)?.focus();
    },
  };
}

/** The texts, and the menu of their words. */
function makeTextsAndMenu(
  frame: Frame,
  store: Store,
  requests: Requests,
  editor: Editor,
  { select, edit, ask }: Actions,
): { texts: TextsView; menu: WordMenu } {
  const menu = makeWordMenu(frame.signal, {
    ask,
    join: (words) => requests.join(store.scored.value, words),
    split: (words) => requests.split(store.scored.value, words),
  });
  const texts = makeTexts(frame, store, editor.fields, {
    select,
    edit,
    ask: (words, beside) => {
      const text = wordsText(store.scored.value, words);
      menu.open({ words, text, joined: inDrawnSpan(store.scored.value, words), beside });
    },
    shortcut: (event, words) => {
      const command = commandOf(event);
      if (command === null && (event.key !== "Delete" || words.length === 0)) return false;
      const { canRedo, canUndo } = store.state.value;
      if (command === null) ask({ words, action: "delete", with: "" });
      else if (command === "redo" ? canRedo : canUndo) requests.command(command);
      return true;
    },
  });
  return { texts, menu };
}

/** The buttons that ask what happens without the selected words. */
function triesOf({ signal }: Frame, store: Store, { ask }: Actions, menu: WordMenu): HTMLElement {
  return makeTries(signal, store, {
    ask: (words, action) => ask({ words, action, with: "" }),
    replace: (words, beside) => {
      const text = wordsText(store.scored.value, words);
      menu.openReplacement({ words, text, joined: false, beside });
    },
  });
}

/** What the colours mean, and the contribution of the selected words or the one under the pointer. */
function makeReading(
  closing: AbortSignal,
  store: Store,
  tries: HTMLElement,
): { element: HTMLElement; legend: HTMLElement } {
  const legend = makeLegend();
  const detail = h("div", { class: "bw-detail" });
  const element = h("div", { class: "bw-reading" }, legend.element, detail, tries);
  follow(closing, () => {
    const { scored, largest, palette } = store.drawing.value;
    legend.draw(targetOf(scored), largest, palette, store.shownMethod.value.hasSign);
    element.hidden = scored.words.length === 0;
    element.classList.toggle("bw-outdated", store.stale.value);
  });
  follow(closing, () => {
    const { compare, byLayer } = store.state.value;
    const hovered = store.hovered.value;
    const words = hovered === null ? store.chosen.value : [hovered];
    detail.replaceChildren(...drawDetail(store.scored.value, words, { compare, byLayer }));
  });
  return { element, legend: legend.element };
}

function sameTexts(one: Highlights, other: Highlights): boolean {
  return one.texts.every((text, i) => text === other.texts[i]);
}

function inDrawnSpan(scored: Highlights, words: readonly number[]): boolean {
  const place = coveredBy(scored, words);
  return (
    scored.unit === "spans" && place !== null && scored.spans.some((span) => overlap(span, place))
  );
}

/** The command of the usual keys for undo and redo. */
function commandOf(event: KeyboardEvent): "undo" | "redo" | null {
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || (key !== "z" && key !== "y")) return null;
  return key === "y" || event.shiftKey ? "redo" : "undo";
}
