import { describe, expect, it } from "vitest";
import { codePoints, drawnRuns, shiftedRanges, slice } from "../../src/shared/codepoints.ts";

const ranges = (...pairs: [number, number][]) =>
  pairs.map(([start, end], item) => ({ start, end, item }));

const drawn = (text: string, ...pairs: [number, number][]) =>
  drawnRuns(text, ranges(...pairs)).map(({ start, end, items }) => [
    slice(codePoints(text), start, end),
    items,
  ]);

describe("code points", () => {
  it("count an emoji once, as Python does", () => {
    const points = codePoints("😀 bad");
    expect(points).toHaveLength(5);
    expect(slice(points, 2, 5)).toBe("bad");
  });

  it("count a combining accent separately, as Python does", () => {
    expect(codePoints("e\u0301a")).toHaveLength(3);
  });
});

describe("drawn runs", () => {
  it("are the words, in the order of the text", () => {
    expect(drawn("not bad", [4, 7], [0, 3])).toEqual([
      ["not", [1]],
      ["bad", [0]],
    ]);
  });

  it("separate neighbouring Chinese characters", () => {
    expect(drawn("电影", [0, 1], [1, 2])).toEqual([
      ["电", [0]],
      ["影", [1]],
    ]);
  });

  it("keep an accent with its letter", () => {
    expect(drawn("cafe\u0301!", [0, 4], [5, 6])).toEqual([
      ["cafe\u0301", [0]],
      ["!", [1]],
    ]);
  });

  it("join the tokens of one emoji", () => {
    expect(drawn("👩‍💻 hi", [0, 1], [1, 3], [4, 6])).toEqual([
      ["👩‍💻", [0, 1]],
      ["hi", [2]],
    ]);
  });

  it("join tokens with the same range, and omit empty ranges", () => {
    expect(drawn("é b", [0, 1], [0, 1], [1, 1], [2, 3])).toEqual([
      ["é", [0, 1]],
      ["b", [3]],
    ]);
  });

  it("never overlap and never lose an item with text", () => {
    const text = "a\u0301b🇫🇷c👩‍💻";
    const length = codePoints(text).length;
    for (let start = 0; start < length; start++) {
      for (let end = start + 1; end <= length; end++) {
        const runs = drawnRuns(text, ranges([start, end], [0, 1], [length - 1, length]));
        expect(runs.flatMap(({ items }) => items).sort()).toEqual([0, 1, 2]);
        runs.slice(1).forEach((run, i) => {
          expect(run.start).toBeGreaterThanOrEqual(runs[i]?.end ?? 0);
        });
      }
    }
  });
});

describe("shifted ranges", () => {
  const words = ranges([0, 3], [4, 7], [8, 12]);
  const read = (before: string, after: string) =>
    shiftedRanges(words, before, after).map(({ item, start, end }) => [
      item,
      slice(codePoints(after), start, end),
    ]);

  it("stay the same if the text does not change", () => {
    expect(shiftedRanges(words, "not bad film", "not bad film")).toEqual(words);
  });

  it("keep ranges before and after an edit, and drop those that it touches", () => {
    expect(read("not bad film", "not a 😀 film")).toEqual([
      [0, "not"],
      [2, "film"],
    ]);
  });

  it("keep a word directly before an insertion", () => {
    expect(read("not bad film", "not bad old film")).toEqual([
      [0, "not"],
      [1, "bad"],
      [2, "film"],
    ]);
  });

  it("drop everything in another text", () => {
    expect(read("not bad film", "完全")).toEqual([]);
  });
});
