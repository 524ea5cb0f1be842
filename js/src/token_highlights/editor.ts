import type { Signal } from "@preact/signals-core";
import { h } from "../shared/dom.ts";

/** A pause in typing: longer than the repeat interval of a key; more for long texts, which take longer to explain. */
const PAUSE_MS = 40;
const LONG_PAUSE_MS = 250;
const LONG = 2000;

export type Texts = readonly [string, string];

interface EditorCallbacks {
  /** Typing paused: Python can compute the explanation. */
  settled: (texts: Texts) => void;
  opened: () => void;
  closed: () => void;
}

export interface Editor {
  /** The fields to lay over the two texts. */
  fields: readonly [HTMLTextAreaElement, HTMLTextAreaElement];
  open: (texts: Texts, segment: 0 | 1, caret: number) => void;
  /**
   * Takes over texts that were set elsewhere, unless there is typing not sent yet. The texts whose
   * scores were there before are none: they come back where Python refuses what was typed.
   */
  follow: (texts: Texts, before: Texts) => void;
  /** There is no kernel: closes, unless unsent typing would be lost. */
  rest: () => void;
  done: () => void;
}

function same(one: Texts, other: Texts): boolean {
  return one[0] === other[0] && one[1] === other[1];
}

/**
 * Two text fields that report their text whenever typing pauses; Escape restores the original text.
 * `drafts` holds the texts while an editor is open, else null.
 */
export function makeEditor(
  closing: AbortSignal,
  drafts: Signal<Texts | null>,
  callbacks: EditorCallbacks,
): Editor {
  const field = (name: string): HTMLTextAreaElement =>
    h("textarea", {
      class: "bw-field",
      "aria-label": name,
      dir: "auto",
      rows: 1,
      spellcheck: "false",
      autocomplete: "off",
    });
  const fields = [field("Text to explain"), field("Second text of the pair")] as const;
  let original: Texts = ["", ""];
  let sent: Texts = ["", ""];
  let attached = true;
  let timer = 0;
  closing.addEventListener("abort", () => clearTimeout(timer));

  const send = (texts: Texts): void => {
    clearTimeout(timer);
    // A blank text has no words to explain, and the second text of a pair cannot be empty.
    if (texts[0].trim() === "" || (original[1] !== "" && texts[1].trim() === "")) return;
    if (!attached || same(texts, sent)) return;
    sent = texts;
    callbacks.settled(texts);
  };
  const close = (texts: Texts): void => {
    send(texts);
    drafts.value = null;
    callbacks.closed();
  };
  const typed = (): void => {
    drafts.value = [fields[0].value, fields[1].value];
    clearTimeout(timer);
    const long = fields[0].textLength + fields[1].textLength > LONG;
    timer = setTimeout(
      () => {
        if (drafts.value !== null) send(drafts.value);
      },
      long ? LONG_PAUSE_MS : PAUSE_MS,
    );
  };
  const fill = (texts: Texts): void => {
    original = texts;
    sent = texts;
    drafts.value = texts;
    for (const [i, area] of fields.entries()) area.value = texts[i] ?? "";
  };
  const pressed = (event: KeyboardEvent): void => {
    event.stopPropagation();
    // During composition Enter and Escape are for the input method.
    if (event.isComposing || drafts.value === null) return;
    if (event.key === "Escape") close(original);
    else if (event.key === "Enter" && !event.shiftKey) editor.done();
    else return;
    event.preventDefault();
  };
  for (const area of fields) {
    area.addEventListener("input", typed);
    area.addEventListener("keydown", pressed);
  }
  const editor: Editor = {
    fields,
    open: (texts, segment, caret) => {
      fill(texts);
      callbacks.opened();
      fields[segment].focus();
      fields[segment].setSelectionRange(caret, caret);
    },
    follow: (texts, before) => {
      attached = true;
      const idle = drafts.value !== null && same(drafts.value, sent);
      if (idle && !same(texts, sent) && !same(texts, before)) fill(texts);
    },
    rest: () => {
      attached = false;
      if (drafts.value !== null && same(drafts.value, sent)) drafts.value = null;
    },
    done: () => {
      if (drafts.value === null || (!attached && !same(drafts.value, sent))) return;
      close(drafts.value);
    },
  };
  return editor;
}
