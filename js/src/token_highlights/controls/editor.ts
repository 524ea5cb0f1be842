import type { Signal } from "@preact/signals-core";
import { h } from "../../shared/dom.ts";

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
   * Takes over texts that were set elsewhere, unless there is typing that was not sent yet. Not the
   * texts of the scores `before`: they come back when Python refuses what was typed.
   */
  follow: (texts: Texts, before: Texts) => void;
  /** The kernel is gone: closes, unless unsent typing would be lost. */
  detach: () => void;
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
  let original: Texts = ["", ""];
  const outbox = makeOutbox(closing, callbacks.settled);
  const close = (texts: Texts): void => {
    outbox.send(texts, original);
    drafts.value = null;
    callbacks.closed();
  };
  const done = (): void => {
    if (drafts.value !== null && outbox.canClose(drafts.value)) close(drafts.value);
  };
  const fields = makeFields({
    typed: (texts) => {
      drafts.value = texts;
      outbox.sendLater(texts, original);
    },
    pressed: (event) => {
      // During composition Enter and Escape are for the input method.
      if (event.isComposing || drafts.value === null) return;
      if (event.key === "Escape") close(original);
      else if (event.key === "Enter" && !event.shiftKey) done();
      else return;
      event.preventDefault();
    },
  });
  const fill = (texts: Texts): void => {
    original = texts;
    outbox.reset(texts);
    drafts.value = texts;
    for (const [i, field] of fields.entries()) field.value = texts[i] ?? "";
  };
  return {
    fields,
    open: (texts, segment, caret) => {
      fill(texts);
      callbacks.opened();
      fields[segment].focus();
      fields[segment].setSelectionRange(caret, caret);
    },
    follow: (texts, before) => {
      outbox.attached = true;
      const idle = drafts.value !== null && outbox.isSent(drafts.value);
      if (idle && !outbox.isSent(texts) && !same(texts, before)) fill(texts);
    },
    detach: () => {
      outbox.attached = false;
      if (drafts.value !== null && outbox.isSent(drafts.value)) drafts.value = null;
    },
    done,
  };
}

interface FieldEvents {
  typed: (texts: Texts) => void;
  pressed: (event: KeyboardEvent) => void;
}

function makeFields({ typed, pressed }: FieldEvents): Editor["fields"] {
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
  for (const textarea of fields) {
    textarea.addEventListener("input", () => typed([fields[0].value, fields[1].value]));
    textarea.addEventListener("keydown", (event) => {
      event.stopPropagation();
      pressed(event);
    });
  }
  return fields;
}

interface Outbox {
  /** A kernel is attached, so that texts can be sent. */
  attached: boolean;
  isSent: (texts: Texts) => boolean;
  /** Whether the editor can close without losing text. */
  canClose: (texts: Texts) => boolean;
  send: (texts: Texts, original: Texts) => void;
  /** Sends the texts once typing pauses. */
  sendLater: (texts: Texts, original: Texts) => void;
  /** Marks texts as sent. */
  reset: (texts: Texts) => void;
}

/** Sends texts that differ from those sent last and that can be explained. */
function makeOutbox(closing: AbortSignal, deliver: (texts: Texts) => void): Outbox {
  let sent: Texts = ["", ""];
  let timer = 0;
  closing.addEventListener("abort", () => clearTimeout(timer));
  const outbox: Outbox = {
    attached: true,
    isSent: (texts) => same(texts, sent),
    canClose: (texts) => outbox.attached || same(texts, sent),
    send: (texts, original) => {
      clearTimeout(timer);
      // A blank text has no words to explain, and the second text of a pair cannot be empty.
      if (texts[0].trim() === "" || (original[1] !== "" && texts[1].trim() === "")) return;
      if (!outbox.attached || same(texts, sent)) return;
      sent = texts;
      deliver(texts);
    },
    sendLater: (texts, original) => {
      clearTimeout(timer);
      const pause = texts[0].length + texts[1].length > LONG ? LONG_PAUSE_MS : PAUSE_MS;
      timer = setTimeout(() => outbox.send(texts, original), pause);
    },
    reset: (texts) => {
      clearTimeout(timer);
      sent = texts;
    },
  };
  return outbox;
}
