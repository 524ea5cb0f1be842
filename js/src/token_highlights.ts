import { makeBars } from "./highlights/bars.ts";
import { drawCompleteness, drawDetail } from "./highlights/detail.ts";
import { makeEditor } from "./highlights/editor.ts";
import highlightsCss from "./highlights/highlights.css";
import predictionCss from "./highlights/prediction.css";
import { type Highlights, readHighlights, TRAITS } from "./highlights/state.ts";
import { makeTexts } from "./highlights/texts.ts";
import { makeToolbar } from "./highlights/toolbar.ts";
import { makeTracker, type Tracker } from "./highlights/tracker.ts";
import { h, setText } from "./shared/dom.ts";
import { type Frame, openFrame } from "./shared/frame.ts";
import { makeLegend } from "./shared/legend.ts";
import { type RenderContext, setTrait } from "./shared/model.ts";
import { check, text } from "./shared/read.ts";
import { largestMagnitude } from "./shared/scales.ts";
import wordsCss from "./shared/words.css";

function build(frame: Frame, tracker: Tracker): (state: Highlights) => void {
  const { model, body, signal } = frame;
  let state: Highlights | null = null;
  let pieces = false;
  let hovered: number | null = null;

  const redraw = (): void => {
    if (state !== null) draw(state);
  };
  const request = (name: string, value: string): void => {
    tracker.expect();
    setTrait(model, name, value);
  };
  const select = (word: number | null): void => setTrait(model, "selected", word);
  const canEdit = (): boolean => state?.editable === true && !state.static;

  const editor = makeEditor(signal, {
    changed: redraw,
    settled: ([text, pair]) => {
      tracker.expect();
      model.set("text", text);
      model.set("pair", pair);
      model.save_changes();
    },
    closed: () => {
      redraw();
      toolbar.focusEdit();
    },
  });
  const edit = (segment: 0 | 1, caret: number | null): void => {
    if (state === null || !canEdit()) return;
    editor.open(state.texts, segment, caret ?? state.texts[segment].length);
  };
  const bars = makeBars((label) => request("target", label));
  const toolbar = makeToolbar({
    method: (name) => request("method", name),
    pieces: (on) => {
      pieces = on;
      redraw();
    },
    edit: () => (editor.drafts === null ? edit(0, null) : editor.done()),
  });
  const texts = makeTexts(editor.fields, {
    select,
    edit,
    hover: (word) => {
      hovered = word;
      drawDetailLine();
    },
  });
  const legend = makeLegend();
  const detail = h("div", { class: "bw-detail" });
  const completeness = h("p", { class: "bw-note bw-completeness" });
  const saved = h("p", { class: "bw-note" });
  const reading = h("div", { class: "bw-reading" }, legend.element, detail);
  const notes = h("div", { class: "bw-notes" }, completeness, saved);
  body.append(
    h("div", { class: "bw-top" }, ...bars.elements, toolbar.element),
    texts.element,
    h("div", { class: "bw-foot" }, reading, notes),
  );

  let scored: Highlights | null = null;
  const drawDetailLine = (): void => {
    if (scored === null || state === null) return;
    detail.replaceChildren(...drawDetail(scored, hovered ?? state.selected));
  };
  const draw = (next: Highlights): void => {
    state = next;
    const tracked = tracker.track(next);
    scored = tracked.scored;
    const { stale, working } = tracked;
    const largest = largestMagnitude((pieces ? scored.pieces : scored.words).map((x) => x.score));
    bars.draw(next);
    toolbar.draw(next, { pieces, editing: editor.drafts !== null });
    texts.draw({
      texts: editor.drafts ?? next.texts,
      editing: editor.drafts !== null,
      editable: canEdit(),
      selected: next.selected,
      stale,
      working,
      scored,
      pieces,
      largest,
      palette: frame.palette,
    });
    legend.draw(scored.target, largest, frame.palette);
    reading.hidden = scored.words.length === 0;
    drawDetailLine();
    completeness.replaceChildren(...drawCompleteness(scored.completenessError));
    completeness.classList.toggle("bw-stale", stale);
    setText(saved, remarkOn(next));
  };
  return draw;
}

function remarkOn({ static: saved, busy, words }: Highlights): string {
  if (saved)
    return "Saved copy: no kernel attached, so the text, the class and the method stay as they are.";
  if (words.length > 0) return "";
  return busy ? "Computing the first explanation…" : "There is no word to explain yet.";
}

function render(context: RenderContext): () => void {
  const tracker = makeTracker(context.model);
  return openFrame(context, {
    name: "Token highlights",
    css: wordsCss + predictionCss + highlightsCss,
    traits: TRAITS,
    read: (model) => {
      const state = readHighlights(model);
      const explained = state.belongs || tracker.pending(state) || text(model, "error") !== "";
      check(explained, "The saved state is damaged: its words are not those of its text.");
      return state;
    },
    build: (frame) => build(frame, tracker),
  });
}

export default { render };
