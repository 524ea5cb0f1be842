import { describe, expect, it } from "vitest";
import { linesOf } from "../../src/attention_matrix/lines/links.ts";
import { layOutLines, tokenAt, zoomedPitch } from "../../src/attention_matrix/lines/paint.ts";
import {
  layOutMosaic,
  placeBeside,
  placeUnder,
  switchOf,
  thumbAt,
} from "../../src/attention_matrix/mosaic/layout.ts";
import {
  labelled,
  layOut,
  PITCH,
  type Place,
  placeAt,
  zoomedCell,
} from "../../src/attention_matrix/plot/layout.ts";
import { strongest } from "../../src/attention_matrix/plot/readings.ts";
import { layOutQueryKey, spotAt } from "../../src/attention_matrix/query_key/paint.ts";
import { longAttention } from "./models.ts";

const WIDTHS = [240, 340, 442, 720, 862, 1200, 2000];
const COUNTS = [1, 3, 12, 60, 128, 300, 512];
const CASES = WIDTHS.flatMap((width) => COUNTS.map((count): [number, number] => [width, count]));
const STILL = { left: 0, top: 0 };

describe.each(CASES)("a matrix %i pixels wide of %i tokens", (width, count) => {
  const layout = layOut(width, count, Math.min(80, 0.22 * width), null);

  it("is completely in view at first, with cells of equal size", () => {
    expect(layout.viewWidth).toBeLessThanOrEqual(width);
    expect(layout.width).toBe(layout.viewWidth);
    expect(layout.height).toBe(layout.viewHeight);
    expect(layout.cell < 1 || Number.isInteger(layout.cell)).toBe(true);
    expect(layout.cell).toBeLessThanOrEqual(36);
  });

  it("grows with every step of zoom within the same view, and shrinks back to all", () => {
    let zoomed = layout;
    for (let i = 0; i < 12; i++) {
      const next = layOut(width, count, 80, zoomedCell(zoomed, 1));
      expect(next.cell).toBeGreaterThanOrEqual(zoomed.cell);
      expect(next.cell > zoomed.cell || next.cell === 36).toBe(true);
      expect(next.viewWidth).toBeLessThanOrEqual(width);
      zoomed = next;
    }
    expect(zoomed.cell).toBe(36);
    for (let i = 0; i < 14; i++) zoomed = layOut(width, count, 80, zoomedCell(zoomed, -1));
    expect(zoomed.cell).toBe(layOut(width, count, 80, null).cell);
  });

  it("finds every cell at its centre", () => {
    const { cell, left, top } = layout;
    for (const [row, column] of [
      [0, 0],
      [count - 1, 0],
      [count >> 1, count - 1],
    ] as const) {
      const x = left + (column + 0.5) * cell;
      const y = top + (row + 0.5) * cell;
      expect(placeAt(layout, x, y, STILL)).toEqual({ row, column });
      expect(placeAt(layout, x - 2 * cell, y, { left: 2 * cell, top: 0 })?.row ?? row).toBe(row);
    }
  });

  it("finds tokens by their labels, and nothing beside the matrix", () => {
    const { cell, left, top } = layout;
    expect(placeAt(layout, left - 5, top + 0.5 * cell, STILL)).toEqual({ row: 0, column: null });
    expect(placeAt(layout, left + 0.5 * cell + 8, top - 8, STILL)).toEqual({
      row: null,
      column: 0,
    });
    expect(placeAt(layout, left + count * cell + 5, top + 0.5, STILL)).toBeNull();
    expect(placeAt(layout, 2, 2, STILL)).toBeNull();
  });

  it.each(["row", "column"] as const)("labels the important %ss without overlap", (axis) => {
    const kept = labelled(PITCH[axis], count, layout.cell, [count - 1]).sort((a, b) => a - b);
    expect(kept).toContain(count - 1);
    kept.slice(1).forEach((i, at) => {
      expect((i - (kept[at] ?? 0)) * layout.cell).toBeGreaterThanOrEqual(PITCH[axis]);
    });
  });

  it("has lines that are completely in view, and finds tokens where they are drawn", () => {
    const lines = layOutLines(width, count, 40, null);
    expect(lines.height).toBeCloseTo(lines.viewHeight);
    const last = lines.height - 7 - lines.pitch / 2;
    expect(tokenAt(lines, 5, last, STILL)).toEqual({ row: count - 1, column: null });
    expect(tokenAt(lines, lines.width - 5, last, STILL)).toEqual({ row: null, column: count - 1 });
    expect(tokenAt(lines, lines.width / 2, last, STILL)).toBeNull();
    expect(zoomedPitch(lines, -1)).toBeNull();
  });
});

describe.each(WIDTHS)("a mosaic %i pixels wide", (width) => {
  const wanted = { layers: 12, heads: 12, ranked: false, captioned: true };
  const layout = layOutMosaic(width, wanted);
  const boxes = Array.from({ length: 144 }, (_, at) => thumbAt(layout, at));

  it("fits, and finds every head and its switch at their centres", () => {
    expect(layout.width).toBeLessThanOrEqual(width);
    boxes.forEach((box, at) => {
      expect(placeUnder(layout, box.x + box.width / 2, box.y + box.height / 2)).toBe(at);
      const { x, y, width: size } = switchOf(box);
      expect(placeUnder(layout, x + size / 2, y + size / 2)).toBe(at);
    });
    expect(placeUnder(layout, 3, 3)).toBeNull();
    expect(placeUnder(layout, 60, layout.height + 5)).toBeNull();
  });

  it("has no overlapping heads", () => {
    for (const [at, box] of boxes.entries()) {
      const beside = boxes[at + 1];
      const below = boxes[at + 12];
      if (beside && beside.y === box.y) expect(beside.x).toBeGreaterThan(box.x + box.width);
      if (below) expect(below.y).toBeGreaterThan(box.y + box.height);
    }
  });

  it("is navigated by the arrow keys, which stay inside", () => {
    expect(placeBeside(layout, 0, "ArrowRight")).toBe(1);
    expect(placeBeside(layout, 0, "ArrowDown")).toBe(12);
    expect(placeBeside(layout, 0, "ArrowUp")).toBe(0);
    expect(placeBeside(layout, 143, "ArrowDown")).toBe(143);
    expect(placeBeside(layout, 5, "End")).toBe(143);
    expect(placeBeside(layout, 5, "Home")).toBe(0);
    expect(placeBeside(layout, 5, "q")).toBeNull();
  });

  it("has a query-key view that fits the same width", () => {
    for (const size of [32, 64, 128]) {
      const queryKey = layOutQueryKey(width, 60, size, 40);
      const { key, product, sum, weight, cell } = queryKey;
      expect(key + size * cell).toBeLessThanOrEqual(product);
      expect(product + size * cell).toBeLessThanOrEqual(sum);
      const spot = spotAt(
        queryKey,
        product + 3.5 * cell,
        queryKey.top + 2.5 * queryKey.down,
        STILL,
      );
      expect(spot).toEqual({ row: 2, dimension: 3 });
      if (width >= 442) expect(weight).toBeLessThan(queryKey.width);
    }
  });
});

describe("the strongest links", () => {
  const count = 12;
  const values = Array.from({ length: count * count }, (_, i) => (i * 7919) % 251);
  const state = longAttention(values);
  const map = state.map;
  if (map === null) throw new Error("there is a map");
  const all = values.map((value, i) => ({ value, row: Math.floor(i / count), column: i % count }));

  it.each<[string, Place]>([
    ["the map", { row: null, column: null }],
    ["a row", { row: 4, column: null }],
    ["a column", { row: null, column: 7 }],
  ])("of %s are those of a full sort", (_what, place) => {
    const expected = all
      .filter(({ row }) => place.row === null || place.row === row)
      .filter(({ column }) => place.column === null || place.column === column)
      .sort((a, b) => b.value - a.value)
      .slice(0, 8);
    const total = strongest(map, place, () => true);
    expect(total.map(({ weight }) => Math.round(weight * 255))).toEqual(
      expected.map(({ value }) => value),
    );
  });

  it("exclude cells that the filter for pairs excludes", () => {
    const place = { row: null, column: null };
    const total = strongest(map, place, (row, column) => row < 6 && column >= 6);
    expect(total).toHaveLength(8);
    expect(total.every(({ row, column }) => row < 6 && column >= 6)).toBe(true);
  });

  it("are lines from the threshold on, the weakest first, as a filter would find them", () => {
    for (const threshold of [0, 0.3, 0.9, 1]) {
      for (const filter of ["all", "ab", "bb"]) {
        const changed = longAttention(values, { threshold, pairs_filter: filter });
        if (changed.map === null) throw new Error("there is a map");
        const { lines, total } = linesOf(changed, changed.map, { row: null, column: null });
        const side = (token: number) => (token < count / 2 ? "a" : "b");
        const expected = all.filter(
          ({ value, row, column }) =>
            value >= Math.max(1, 255 * threshold) &&
            (filter === "all" || side(row) + side(column) === filter),
        );
        expect(total).toBe(expected.length);
        expect(lines).toHaveLength(expected.length);
        const shares = lines.map(({ share }) => share);
        expect(shares).toEqual([...shares].sort((a, b) => a - b));
      }
    }
  });

  it("of an isolated token are only its lines, and their number is limited", () => {
    const open = longAttention(values, { threshold: 0 });
    if (open.map === null) throw new Error("there is a map");
    const own = linesOf(open, open.map, { row: 3, column: null });
    expect(own.lines.every(({ row }) => row === 3)).toBe(true);
    const dense = longAttention(new Array(100 * 100).fill(200), { threshold: 0 });
    if (dense.map === null) throw new Error("there is a map");
    const { lines, total } = linesOf(dense, dense.map, { row: null, column: null });
    expect(total).toBe(10_000);
    expect(lines.length).toBe(2500);
  });
});
