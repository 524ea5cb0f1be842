import { describe, expect, it } from "vitest";
import { type DataMap, POINT } from "../../src/training_panel/data_map/state.ts";
import { mapTable } from "../../src/training_panel/data_map/table.ts";
import { cellsOf, headsOf } from "../shared/tables.ts";

/** A map of examples with variability, confidence, correctness and label. */
const mapOf = (...examples: number[][]): DataMap => ({
  labels: ["negative", "<b>positive</b>"],
  points: Float32Array.from(examples.flat()),
  epochs: 2,
  size: examples.length,
  selectedCount: 0,
  selected: [],
  suspects: [],
});
const MAP = mapOf([0.01, 0.95, 1, 0], [0.01, 0.85, 0.5, 0], [0.1, 0.3, 0, 1], [0, 1, 1, 0]);
const tablesOf = (element: HTMLElement) => [...element.querySelectorAll("table")];

describe("the data map as a table", () => {
  it("counts the examples in each part of the map, the most confident first", () => {
    const [bands] = tablesOf(mapTable(MAP, true));
    if (bands === undefined) throw new Error("There is no table.");
    expect(headsOf(bands).slice(0, 2)).toEqual(["Confidence", "Variability 0.00 to 0.03"]);
    expect(headsOf(bands).at(-1)).toBe("Variability 0.12 to 0.15");
    const rows = cellsOf(bands);
    expect(rows.map(([range]) => range)[0]).toBe("0.80 to 1.00");
    expect(rows[0]?.slice(1)).toEqual(["3, 83% correct", "–", "–", "–", "–"]);
    expect(rows[3]?.slice(1)).toEqual(["–", "–", "–", "1, 0% correct", "–"]);
  });

  it("counts each example once, wherever it is", () => {
    const edges = [0, 0.2, 0.4, 0.6, 0.8, 1];
    const examples = edges.flatMap((x) => edges.map((y) => [x / 2, y, 1, 0]));
    const [bands] = tablesOf(mapTable(mapOf(...examples), true));
    const counts = cellsOf(bands as HTMLElement).flatMap((row) =>
      row.slice(1).map((cell) => (cell === "–" ? 0 : Number.parseInt(cell, 10))),
    );
    expect(counts.reduce((a, b) => a + b)).toBe(examples.length);
  });

  it("has the means of each label, if each text has one", () => {
    const [, labels] = tablesOf(mapTable(MAP, true));
    expect(cellsOf(labels as HTMLElement)).toEqual([
      ["negative", "3", "0.93", "0.01", "0.83"],
      ["<b>positive</b>", "1", "0.30", "0.10", "0.00"],
    ]);
    expect(tablesOf(mapTable(MAP, false))).toHaveLength(1);
  });

  it("says over which examples", () => {
    const part = { ...MAP, size: 1200 };
    expect(MAP.points.length / POINT).toBe(4);
    expect(mapTable(part, true).textContent).toContain("4 of 1,200 examples");
  });
});
