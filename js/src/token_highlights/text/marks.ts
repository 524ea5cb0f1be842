import { setAttribute } from "../../shared/dom.ts";

/** The elements that show each word. */
export type Spans = ReadonlyMap<number, HTMLElement[]>;

export interface Marked {
  selected: readonly number[];
  /** The word that the Tab key reaches; another one if it is not shown. */
  tabStop: number | null;
  pointed: readonly number[];
}

/** Marks the selected words, the tab stop and the words pointed at; updates only what has changed. */
export function makeMarks(): { draw: (spans: Spans, marked: Marked) => void; clear: () => void } {
  let applied = new Map<HTMLElement, string>();
  const draw = (spans: Spans, { selected, tabStop, pointed }: Marked): void => {
    const shown = tabStop !== null && spans.has(tabStop);
    const stop = shown ? tabStop : Math.min(...spans.keys());
    const [selectedWords, pointedWords] = [new Set(selected), new Set(pointed)];
    const current = new Map<HTMLElement, string>();
    for (const [word, parts] of spans) {
      parts.forEach((part, i) => {
        const tabindex = word === stop && i === 0 ? 0 : -1;
        const marks = `${selectedWords.has(word)} ${tabindex} ${pointedWords.has(word)}`;
        current.set(part, marks);
        if (applied.get(part) === marks && part.hasAttribute("tabindex")) return;
        setAttribute(part, "aria-selected", selectedWords.has(word) ? "true" : "false");
        setAttribute(part, "tabindex", tabindex);
        part.classList.toggle("bw-pointed", pointedWords.has(word));
      });
    }
    applied = current;
  };
  return { draw, clear: () => applied.clear() };
}

/** The word that has the focus within a list. */
export function focusedWord(list: HTMLElement): number | null {
  const root = list.getRootNode();
  const active = root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null;
  if (!(active instanceof HTMLElement) || !list.contains(active)) return null;
  const word = active.dataset["word"];
  return word === undefined ? null : Number(word);
}
