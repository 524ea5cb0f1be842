/** All words between two words, both included; `from` may come after `to`. */
export interface Stretch {
  from: number;
  to: number;
}

export function wordsOf({ from, to }: Stretch): number[] {
  const first = Math.min(from, to);
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => first + i);
}

interface Reader {
  count: () => number;
  /** The text that contains a word: a stretch stays within one text. */
  segmentOf: (word: number) => number | undefined;
  wordAt: (event: Event) => number | null;
}

export interface Choosing {
  /** The stretch may be a single word; null clears the selection. */
  choose: (stretch: Stretch | null, focus: boolean) => void;
  open: (word: number) => void;
  /** Whether several words can be selected. */
  mayStretch: () => boolean;
  chosen: () => Stretch | null;
}

/** The word that an arrow, Home or End key selects; arrows follow the direction of the script. */
export function wordAfter(event: KeyboardEvent, from: number | null, count: number): number | null {
  if (count === 0) return null;
  const target = event.target instanceof Element ? event.target : null;
  const leftwards = target !== null && getComputedStyle(target).direction === "rtl";
  const forward = leftwards ? "ArrowLeft" : "ArrowRight";
  const backward = leftwards ? "ArrowRight" : "ArrowLeft";
  const last = count - 1;
  if (event.key === "Home") return 0;
  if (event.key === "End") return last;
  if (event.key === forward) return from === null ? 0 : Math.min(last, from + 1);
  if (event.key === backward) return from === null ? last : Math.max(0, from - 1);
  return null;
}

/** Selects by keyboard; returns whether the key was used. */
export function selectByKey(event: KeyboardEvent, reader: Reader, actions: Choosing): boolean {
  const current = reader.wordAt(event);
  const chosen = actions.chosen();
  if (event.key === "Escape") actions.choose(null, false);
  else if ((event.key === "Enter" || event.key === " ") && current !== null) {
    const inside = chosen !== null && wordsOf(chosen).includes(current);
    if (inside) actions.open(current);
    else actions.choose({ from: current, to: current }, true);
  } else {
    const next = wordAfter(event, current, reader.count());
    if (next === null) return false;
    const from = chosen?.from ?? current ?? next;
    const stretching = event.shiftKey && actions.mayStretch();
    if (!stretching) actions.choose({ from: next, to: next }, true);
    else if (reader.segmentOf(from) === reader.segmentOf(next))
      actions.choose({ from, to: next }, true);
  }
  return true;
}

/** Selects by mouse: with a click, a Shift-click, or by dragging over words. */
export function selectByPointer(list: HTMLElement, reader: Reader, actions: Choosing): void {
  let start: number | null = null;
  let dragged = false;

  const stretchTo = (from: number, to: number, focus = false): void => {
    if (reader.segmentOf(from) === reader.segmentOf(to)) actions.choose({ from, to }, focus);
  };
  list.addEventListener("mousedown", (event) => {
    if (!event.shiftKey || reader.wordAt(event) === null || !actions.mayStretch()) return;
    // Otherwise the notebook would select cells and the browser would select text.
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointerdown", (event) => {
    dragged = false;
    const draggable = event.button === 0 && !event.shiftKey && event.pointerType !== "touch";
    start = draggable && actions.mayStretch() ? reader.wordAt(event) : null;
  });
  list.addEventListener("selectstart", (event) => {
    if (start !== null) event.preventDefault();
  });
  list.addEventListener("pointerover", (event) => {
    if (start === null || (event.buttons & 1) === 0) return;
    const word = reader.wordAt(event);
    if (word === null || (word === start && !dragged)) return;
    dragged = true;
    stretchTo(start, word);
  });
  const end = (): void => {
    const chosen = actions.chosen();
    if (dragged && start !== null && chosen !== null && chosen.from !== chosen.to)
      actions.open(chosen.to);
    start = null;
  };
  list.addEventListener("pointerup", end);
  list.addEventListener("pointercancel", end);
  list.addEventListener("click", (event) => {
    const word = reader.wordAt(event);
    if (word === null || dragged) return;
    const chosen = actions.chosen();
    if (event.shiftKey && chosen !== null && actions.mayStretch())
      stretchTo(chosen.from, word, true);
    else if (chosen !== null && wordsOf(chosen).includes(word) && event.detail < 2)
      actions.open(word);
    else actions.choose({ from: word, to: word }, true);
  });
}
