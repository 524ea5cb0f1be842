import { batch } from "@preact/signals-core";
import type { Store } from "../store.ts";
import { type Choosing, selectByKey, selectByPointer, wordsOf } from "./selecting.ts";
import { unitsBefore } from "./text_view.ts";

export interface WordActions {
  select: (word: number | null) => void;
  edit: (segment: 0 | 1, caret: number | null) => void;
  /** Opens the menu of these words beside the element of one of them. */
  ask: (words: readonly number[], beside: HTMLElement) => void;
  /** Handles the key if it is a shortcut; returns whether it was one. */
  shortcut: (event: KeyboardEvent, words: readonly number[]) => boolean;
}

interface WordList {
  list: HTMLElement;
  segmentAt: (event: Event) => 0 | 1;
  elementOf: (word: number) => HTMLElement | undefined;
}

/** Handles the pointer and the keys on a list of words. */
export function listenToWords(
  { list, segmentAt, elementOf }: WordList,
  store: Store,
  actions: WordActions,
): void {
  const wordAt = (event: Event): number | null => wordUnder(list, event);
  const reader = {
    count: () => store.scored.value.words.length,
    segmentOf: (word: number) => store.scored.value.words[word]?.segment,
    wordAt,
  };
  const choosing = choosingOf(store, actions, elementOf);
  const isEditing = (): boolean => store.drafts.value !== null;
  /** Whether the list uses the key. */
  const uses = (event: KeyboardEvent): boolean => {
    const live = store.live.value;
    if (live && actions.shortcut(event, store.chosen.value)) return true;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key !== "e" || !live) return selectByKey(event, reader, choosing);
    actions.edit(segmentAt(event), null);
    return true;
  };

  selectByPointer(list, reader, choosing);
  list.addEventListener("dblclick", (event) => {
    if (!store.live.value || isEditing()) return;
    const segment = segmentAt(event);
    const { texts, scored } = store.drawing.value;
    const word = scored.words[wordAt(event) ?? -1];
    event.preventDefault();
    actions.edit(segment, word ? unitsBefore(texts[segment], word.end) : null);
  });
  list.addEventListener("contextmenu", (event) => {
    const word = wordAt(event);
    if (word === null || !store.live.value) return;
    event.preventDefault();
    event.stopPropagation(); // otherwise JupyterLab opens a second menu over it
    const { value: stretch } = store.stretch;
    if (stretch === null || !wordsOf(stretch).includes(word))
      choosing.choose({ from: word, to: word }, true);
    choosing.open(word);
  });
  list.addEventListener("pointerover", (event) => {
    store.hovered.value = wordAt(event);
  });
  list.addEventListener("pointerleave", () => {
    store.hovered.value = null;
  });
  list.addEventListener("keydown", (event) => {
    if (isEditing() || event.isComposing || !uses(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function wordUnder(list: HTMLElement, event: Event): number | null {
  for (const node of event.composedPath()) {
    if (node === list) return null;
    if (node instanceof HTMLElement && node.dataset["word"] !== undefined)
      return Number(node.dataset["word"]);
  }
  return null;
}

function choosingOf(
  store: Store,
  actions: WordActions,
  elementOf: WordList["elementOf"],
): Choosing {
  return {
    chosen: () => store.stretch.value,
    mayStretch: () => store.live.value,
    choose: (next, focus) => {
      batch(() => {
        store.hovered.value = null;
        store.stretch.value = next;
      });
      actions.select(next?.to ?? null);
      if (focus && next !== null) elementOf(next.to)?.focus();
    },
    open: (word) => {
      const [words, beside] = [store.chosen.value, elementOf(word)];
      if (store.live.value && words.length > 0 && beside) actions.ask(words, beside);
    },
  };
}
