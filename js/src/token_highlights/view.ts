import { h } from "../shared/dom.ts";
import { percent } from "../shared/format.ts";
import type { Frame } from "../shared/frame.ts";
import { makeLegend, rampOf } from "../shared/legend.ts";
import type { Palette } from "../shared/palette.ts";
import { text } from "../shared/read.ts";
import { largestMagnitude } from "../shared/scales.ts";
import { coveredBy, makeAsking, overlap } from "./asking.ts";
import { makeBars } from "./bars.ts";
import { type Copied, copy } from "./clipboard.ts";
import { drawDetail, layerNames, targetOf } from "./detail.ts";
import { makeEditor } from "./editor.ts";
import { makeEvidence } from "./evidence.ts";
import { markupOf } from "./markup.ts";
import { makeMore, type Views } from "./more.ts";
import { pictureOf } from "./picture.ts";
import type { Edit } from "./questions.ts";
import { makeRemarks } from "./remarks.ts";
import { makeRows } from "./rows.ts";
import { type Highlights, isLive, methodOf, type Rows } from "./state.ts";
import { makeTexts } from "./texts.ts";
import { makeToolbar } from "./toolbar.ts";
import { questionOf, type Tracker } from "./tracker.ts";
import type { Trait } from "./traits.ts";
import { makeWhatIf, wordsText } from "./what_if.ts";
import { makeWordMenu } from "./word_menu.ts";

/** Builds the parts of the widget and returns what draws a state. */
export function buildHighlights(
  frame: Frame<Trait>,
  tracker: Tracker,
): (state: Highlights) => void {
  const { model, body, signal } = frame;
  const asking = makeAsking(model, tracker);
  let state: Highlights | null = null;
  let scored: Highlights | null = null;
  let [more, tokens, evidence] = [false, false, false];
  let evidenceAsked = "";
  let hovered: number | null = null;
  let pointed = false;

  const redraw = (): void => {
    if (state !== null) draw(state);
  };
  const select = (word: number | null): void => {
    if (word !== state?.selected) asking.set("selected", word);
  };
  const editor = makeEditor(signal, {
    changed: redraw,
    settled: ([text, pair]) => asking.explain({ text, pair, edit: {} }),
    opened: () => asking.set("editing", true),
    closed: () => {
      asking.set("editing", false);
      redraw();
      toolbar.focusEdit();
    },
  });
  const edit = (segment: 0 | 1, caret: number | null): void => {
    if (state === null || !isLive(state)) return;
    editor.open(state.texts, segment, caret ?? state.texts[segment].length);
  };
  const hover = (word: number | null): void => {
    if (word === hovered) return;
    hovered = word;
    drawDetailLine();
  };
  const ask = (question: Edit | null): void => {
    asking.whatIf(question);
    if (question !== null) return;
    const back = state?.selected ?? null;
    if (back !== null) texts.elementOf(back)?.focus();
  };

  const bars = makeBars((label) => {
    const target = label === "" ? {} : { target: label };
    const against = label === "" || label === state?.against ? { against: "" } : {};
    asking.explain({ chosen_target: label, ...target, ...against });
  });
  const toolbar = makeToolbar({
    method: (method) => asking.explain({ method }),
    edit: () => (editor.drafts === null ? edit(0, null) : editor.done()),
    command: (name) => {
      editor.done();
      asking.command(name);
    },
    more: (open) => {
      more = open;
      redraw();
    },
  });
  const panel = makeMore({
    set: (trait, value) => asking.explain({ [trait]: value }),
    show: (view, on) => {
      if (view === "compare") asking.set("compare", on);
      else if (view === "byLayer") asking.set("by_layer", on);
      else if (view === "tokens") tokens = on;
      else evidence = on;
      redraw();
    },
    copy: (what) => (what === "HTML" ? copyMarkup() : copyPicture()),
  });
  toolbar.opens(panel.element);
  const menu = makeWordMenu(signal, {
    ask,
    join: (words) => scored !== null && asking.join(scored, words),
    split: (words) => scored !== null && asking.split(scored, words),
  });
  const texts = makeTexts(frame, editor.fields, {
    select,
    edit,
    hover,
    ask: (words, beside) => {
      if (scored === null) return;
      const place = coveredBy(scored, words);
      const drawnSpan = scored.spans.some((span) => place !== null && overlap(span, place));
      const joined = scored.unit === "spans" && drawnSpan;
      menu.open({ words, text: wordsText(scored, words), joined, beside });
    },
    shortcut: (event, words) => shortcut(event, words),
  });
  const shortcut = (event: KeyboardEvent, words: number[]): boolean => {
    const command = commandOf(event);
    if (command !== null) {
      if (command === "redo" ? state?.canRedo : state?.canUndo) asking.command(command);
      return true;
    }
    if (event.key !== "Delete" || words.length === 0) return false;
    ask({ words, action: "delete", with: "" });
    return true;
  };
  const whatIf = makeWhatIf({
    apply: ([text, pair]) => asking.explain({ text, pair, edit: {} }),
    close: () => ask(null),
  });
  const legend = makeLegend();
  const detail = h("div", { class: "bw-detail" });
  const remarks = makeRemarks((on) => {
    pointed = on;
    redraw();
  });
  const rowActions = { hover, select };
  const classRows = makeRows(frame, "Every class", rowActions);
  const layerRows = makeRows(frame, "Layer by layer", rowActions);
  const curve = makeEvidence(frame);
  const reading = h("div", { class: "bw-reading" }, legend.element, detail);
  body.append(
    h("div", { class: "bw-top" }, ...bars.elements, toolbar.element),
    panel.element,
    texts.element,
    whatIf.element,
    h("div", { class: "bw-foot" }, reading, remarks.element),
    classRows.element,
    layerRows.element,
    curve.element,
    menu.element,
  );

  /** The colours for a method: those of one whose scores have no sign are a third hue. */
  const paletteFor = (method: string): Palette => {
    const { palette } = frame;
    const signless = state !== null && !methodOf(state, method).hasSign;
    return signless ? { ...palette, positive: palette.unsigned } : palette;
  };
  const drawingOf = (now: Highlights, old: Highlights) => {
    const inTokens = tokens && old.unit === "words";
    const items = inTokens ? old.tokens : old.words;
    return {
      texts: editor.drafts ?? now.texts,
      editing: editor.drafts !== null,
      scored: old,
      tokens: inTokens,
      largest: largestMagnitude(items.map((item) => item.score)),
      palette: paletteFor(old.shownMethod),
    };
  };
  const copyMarkup = async (): Promise<Copied> => {
    if (state === null || scored === null) return "";
    const markup = markupOf(drawingOf(state, scored));
    const forms = {
      "text/html": new Blob([markup], { type: "text/html" }),
      "text/plain": new Blob([markup], { type: "text/plain" }),
    };
    return copy(forms, "token_highlights.html");
  };
  const copyPicture = async (): Promise<Copied> => {
    if (scored === null) return "";
    const method = methodOf(scored, scored.shownMethod);
    const ramp = rampOf(paletteFor(method.name), method.hasSign);
    const parts = [...bars.elements.slice(1), ...texts.blocks, legend.element, remarks.badge];
    const canvas = pictureOf(body, parts, method.title, ramp, frame.palette);
    const file = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    return file === null
      ? "The picture could not be drawn."
      : copy({ "image/png": file }, "token_highlights.png");
  };

  const drawDetailLine = (): void => {
    if (scored === null || state === null) return;
    const { compare, byLayer } = state;
    const chosen = hovered === null ? (texts.chosen() ?? []) : [hovered];
    detail.replaceChildren(...drawDetail(scored, chosen, { compare, byLayer }));
  };
  const drawRows = (now: Highlights, old: Highlights): void => {
    const drawing = (rows: Rows | null, names: (readonly [string, string])[], current: number) =>
      rows && {
        names,
        rows,
        scored: old,
        remark: `${methodOf(old, rows.method || old.shownMethod).title} · one colour scale for all rows`,
        palette: paletteFor(rows.method || old.shownMethod),
        selected: now.selected,
        current,
      };
    const classes = now.labels.map((label, i) => {
      const share = now.probabilities?.[i];
      return [label, share === undefined ? "" : percent(share)] as const;
    });
    const layers = (old.layers ? layerNames(old.layers) : []).map((name) => [name, ""] as const);
    const shownClasses = now.compare ? old.classes : null;
    const shownLayers = now.byLayer ? old.layers : null;
    const waiting = (asked: boolean): string =>
      asked && isLive(now) && text(model, "error") === "" ? "Computing…" : "";
    classRows.draw(
      drawing(shownClasses, classes, now.labels.indexOf(now.target)),
      waiting(now.compare),
    );
    layerRows.draw(drawing(shownLayers, layers, -1), waiting(now.byLayer));
  };
  const drawEvidence = (now: Highlights, settled: boolean): void => {
    const question = `${questionOf(now)}${now.shownMethod}`;
    const missing = evidence && settled && now.deletion === null && isLive(now);
    if (missing && evidenceAsked !== question) {
      evidenceAsked = question;
      asking.command("evidence");
    }
    curve.draw(now, evidence, "Removing words and asking the model…");
  };
  const draw = (next: Highlights): void => {
    state = next;
    const tracked = tracker.track(next);
    scored = tracked.scored;
    const { stale, working } = tracked;
    const drawing = drawingOf(next, scored);
    const { editing, largest, palette } = drawing;
    const live = isLive(next);
    const views: Views = { tokens, compare: next.compare, byLayer: next.byLayer, evidence };
    bars.draw(next);
    toolbar.draw(next, { editing, open: more });
    panel.draw(next, views, more);
    texts.draw({
      ...drawing,
      selected: next.selected,
      stale,
      working,
      progress: next.refining || working ? next.progress : 0,
      live,
      pointed: pointed && !stale ? scored.badgeWords : [],
    });
    whatIf.draw(next);
    const { hasSign } = methodOf(scored, scored.shownMethod);
    legend.draw(targetOf(scored), largest, palette, hasSign);
    reading.hidden = scored.words.length === 0;
    drawDetailLine();
    const refining = next.refining && !stale;
    remarks.draw(scored, {
      stale,
      refining,
      progress: progressOf(next),
      live,
      note: remarkOn(next),
    });
    drawRows(next, scored);
    drawEvidence(next, !working && !stale && !refining);
  };
  return (next: Highlights): void => {
    if (isLive(next)) editor.follow(next.texts, scored?.texts ?? next.texts);
    else editor.rest();
    draw(next);
  };
}

/** Undo and redo by the keys they have everywhere. */
function commandOf(event: KeyboardEvent): "undo" | "redo" | null {
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || (key !== "z" && key !== "y")) return null;
  return key === "y" || event.shiftKey ? "redo" : "undo";
}

function progressOf({ progress, windows }: Highlights): string {
  return windows > 1 ? `${Math.round(progress * windows)} of ${windows} windows done.` : "";
}

function remarkOn({ static: saved, busy, words }: Highlights): string {
  if (saved)
    return "Saved copy: no kernel attached, so the text, the class and the method stay as they are.";
  if (words.length > 0) return "";
  return busy ? "Computing the first explanation…" : "There is no word to explain yet.";
}
