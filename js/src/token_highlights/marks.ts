import { setAttribute } from "../shared/dom.ts";

/** The elements that show each word. */
export type Spans = ReadonlyMap<number, HTMLElement[]>;

export interface Marked {
  selected: readonly number[];
  /** The word that the Tab key leads to; another one where it is not shown. */
  tabStop: number | null;
  pointed: readonly number[];
}

/** Selection, tab stop and pointers on the words; only what changes is touched. */
export function makeMarks(): { draw: (spans: Spans, marked: Marked) => void; clear: () => void } {
  let worn = new Map<HTMLElement, string>();
  const draw = (spans: Spans, { selected, tabStop, pointed }: Marked): void => {
    const shown = tabStop !== null && spans.has(tabStop);
    const stop = shown ? tabStop : Math.min(...spans.keys());
    const [held, hinted] = [new Set(selected), new Set(pointed)];
    const now = new Map<HTMLElement, string>();
    for (const [word, parts] of spans) {
      parts.forEach((part, i) => {
        const tabindex = word === stop && i === 0 ? 0 : -1;
        const look = `${held.has(word)} ${tabindex} ${hinted.has(word)}`;
        now.set(part, look);
        if (worn.get(part) === look && part.hasAttribute("tabindex")) return;
        setAttribute(part, "aria-selected", held.has(word) ? "true" : "false");
        setAttribute(part, "tabindex", tabindex);
        part.classList.toggle("bw-pointed", hinted.has(word));
      });
    }
    worn = now;
  };
  return { draw, clear: () => worn.clear() };
}

/** The word that has the focus within a list. */
export function focusedWord(list: HTMLElement): number | null {
  const root = list.getRootNode();
  const active = root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null;
  if (!(active instanceof HTMLElement) || !list.contains(active)) return null;
  const word = active.dataset["word"];
  return word === undefined ? null : Number(word);
}
