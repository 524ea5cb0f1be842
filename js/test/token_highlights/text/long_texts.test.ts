import { describe, expect, it } from "vitest";
import { columnsOf, placesIn } from "../../../src/token_highlights/rows/strip.ts";
import { makeTextLayer, type Part } from "../../../src/token_highlights/text/text_view.ts";
import type { Word } from "../../../src/token_highlights/words_state.ts";

const word = (start: number, end: number): Word => ({ start, end, text: "", segment: 0, score: 0 });

describe("a strip", () => {
  it("gives each word the width of its characters", () => {
    expect(Array.from(placesIn([word(0, 1), word(2, 5), word(5, 5)]))).toEqual([0, 0.2, 0.8, 1]);
  });

  it("shows the strongest word, with its sign, if several share a column", () => {
    const places = placesIn(Array.from({ length: 1000 }, (_, i) => word(i, i + 1)));
    const scores = new Float32Array(1000);
    scores[501] = -2;
    scores[502] = 1;
    const columns = columnsOf(places, scores, 2, 10);
    expect(Array.from(columns).map((share) => share + 0)).toEqual([0, 0, 0, 0, 0, -1, 0, 0, 0, 0]);
  });

  it("shows every word at least one column wide", () => {
    const columns = columnsOf(placesIn([word(0, 1), word(1, 1000)]), Float32Array.of(1, 0), 1, 20);
    expect(columns[0]).toBe(1);
  });
});

describe("a drawn text", () => {
  const part = (text: string, more: Partial<Part> = {}): Part => ({
    kind: "word",
    text,
    words: [],
    background: "",
    underlined: false,
    before: false,
    after: false,
    label: text,
    ...more,
  });
  const texts = (...all: string[]) => all.map((text, i) => part(text, { words: [i] }));

  it("keeps the nodes before and after an edit", () => {
    const layer = makeTextLayer();
    layer.draw(texts("a", "b", "c", "d"));
    const before = [...layer.element.childNodes];
    layer.draw(texts("a", "x", "y", "c", "d"));
    const after = [...layer.element.childNodes];
    expect(after.map((node) => node.textContent)).toEqual(["a", "x", "y", "c", "d"]);
    expect([after[0], after[3], after[4]]).toEqual([before[0], before[2], before[3]]);
    expect((after[4] as HTMLElement).dataset["word"]).toBe("4");
    expect(layer.spans.get(3)).toEqual([after[3]]);
    layer.draw([]);
    expect(layer.element.childNodes).toHaveLength(0);
  });

  it("follows any change of its parts", () => {
    const layer = makeTextLayer();
    const drawings = ["", "a", "aa", "aba", "a", "baab", "ab", "abab", "b", "abba"];
    for (const drawing of drawings) {
      layer.draw(texts(...drawing));
      expect(layer.element.textContent).toBe(drawing);
      const numbers = [...layer.element.children].map(
        (node) => (node as HTMLElement).dataset["word"],
      );
      expect(numbers).toEqual(Array.from(drawing, (_, i) => String(i)));
    }
  });

  it("changes colours and signs in place", () => {
    const layer = makeTextLayer();
    layer.draw([part("a", { background: "red" })]);
    const [node] = layer.element.children;
    layer.draw([part("a", { background: "", underlined: true })]);
    expect(layer.element.children[0]).toBe(node);
    expect((node as HTMLElement).style.backgroundColor).toBe("");
    expect(node?.classList.contains("bw-negative")).toBe(true);
  });
});
