import { describe, expect, it } from "vitest";
import { labelled, layOut, placeAt } from "../src/attention/layout.ts";
import { rowInView, strongest } from "../src/attention/readings.ts";
import { readAttention } from "../src/attention/state.ts";
import { attentionState, bytes, modelOf } from "./models.ts";

const WIDTHS = [240, 340, 420, 720, 800, 1200, 2000];
const COUNTS = [1, 3, 12, 60, 128, 300, 512];
const CASES = WIDTHS.flatMap((width) => COUNTS.map((count): [number, number] => [width, count]));

describe.each(CASES)("a layout %i pixels wide for %i tokens", (width, count) => {
  const layout = layOut(width, count, 80);

  it("keeps cells between 3 and 34 pixels and the view within the width", () => {
    expect(layout.cell).toBeGreaterThanOrEqual(3);
    expect(layout.cell).toBeLessThanOrEqual(34);
    expect(layout.viewWidth).toBeLessThanOrEqual(width);
    expect(layout.viewWidth).toBeLessThanOrEqual(layout.width);
    expect(layout.viewHeight).toBeLessThanOrEqual(layout.height);
  });

  it("scrolls only where the smallest cells do not fit", () => {
    if (layout.width > layout.viewWidth) expect(layout.cell).toBe(3);
  });

  it("finds every cell again under its own middle", () => {
    const { cell, left, top } = layout;
    for (const [row, column] of [
      [0, 0],
      [count - 1, 0],
      [count >> 1, count - 1],
    ] as const) {
      const x = left + (column + 0.5) * cell;
      const y = top + (row + 0.5) * cell;
      expect(placeAt(layout, x, y, { left: 0, top: 0 })).toEqual({ row, column });
      expect(placeAt(layout, x - 2 * cell, y, { left: 2 * cell, top: 0 })?.row ?? row).toBe(row);
    }
  });

  it("finds tokens by their labels, and nothing beside the matrix", () => {
    const { cell, left, top } = layout;
    const still = { left: 0, top: 0 };
    expect(placeAt(layout, left - 5, top + 0.5 * cell, still)).toEqual({ row: 0, column: null });
    expect(placeAt(layout, left + 0.5 * cell + 8, top - 8, still)).toEqual({
      row: null,
      column: 0,
    });
    expect(placeAt(layout, left + count * cell + 5, top + 1, still)).toBeNull();
    expect(placeAt(layout, 2, 2, still)).toBeNull();
  });

  it.each(["row", "column"] as const)("labels the %ss that matter, none over another", (axis) => {
    const important = [count - 1];
    const kept = labelled(axis, count, layout.cell, important).sort((a, b) => a - b);
    expect(kept).toContain(count - 1);
    kept.slice(1).forEach((i, at) => {
      expect((i - (kept[at] ?? 0)) * layout.cell).toBeGreaterThanOrEqual(axis === "row" ? 14 : 19);
    });
  });
});

describe("the readings", () => {
  const state = readAttention(modelOf(attentionState()));

  it("list a row from its strongest link on", () => {
    const links = strongest(state, 1);
    expect(links.map(({ column }) => column)).toEqual([1, 2, 0]);
    expect(links[0]?.weight).toBeCloseTo(0.2);
  });

  it("list the strongest links of the head, as a full sort would", () => {
    const count = 9;
    const values = Array.from({ length: count * count }, (_, i) => (i * 7919) % 251);
    const large = readAttention(
      modelOf({
        ...attentionState(),
        tokens: Array.from({ length: count }, (_, i) => `t${i}`),
        token_words: null,
        _held: [2],
        _scales: [1],
        _weights: bytes(...values),
      }),
    );
    const sorted = [...values].sort((a, b) => b - a).slice(0, 7);
    expect(strongest(large, null).map(({ weight }) => Math.round(weight * 255))).toEqual(sorted);
  });

  it("speak of the row pointed at, then of the selected word, then of the head", () => {
    expect(rowInView({ ...state, selected: 1 }, { row: 0, column: 2 })).toBe(0);
    expect(rowInView({ ...state, selected: 1 }, null)).toBe(2);
    expect(rowInView(state, null)).toBeNull();
  });
});
