import { describe, expect, it } from "vitest";
import { tableMaker } from "../../src/attention_matrix/tables.ts";
import { floats } from "../shared/models.ts";
import { cellsOf, headsOf } from "../shared/tables.ts";
import { attention, longAttention } from "./models.ts";

/** The table of the view in a state. */
function shown(state: ReturnType<typeof attention>): HTMLElement {
  const make = tableMaker()(state);
  if (make === null) throw new Error("There is no table.");
  return make();
}

describe("the views of attention as tables", () => {
  it("say what each token looks at most", () => {
    expect(cellsOf(shown(attention()))).toEqual([
      ["[CLS]", "[CLS] 0.500", "so 0.000", "so 0.000"],
      ["so", "so 0.400", "so 0.200", "[CLS] 0.100"],
      ["so", "so 0.500", "[CLS] 0.000", "so 0.000"],
    ]);
  });

  it("leave out what the filter of a pair excludes", () => {
    const state = longAttention([0, 255, 51, 0], { pairs_filter: "ab" });
    expect(cellsOf(shown(state))).toEqual([
      ["t0", "t1 1.00", "–"],
      ["t1", "–", "–"],
    ]);
  });

  it("have the numbers of every head in the order of the mosaic", () => {
    const table = shown(attention({ view: "mosaic", order: "entropy", ablated: [[0, 1]] }));
    expect(headsOf(table)).toEqual([
      "Layer",
      "Head",
      "Effect on positive (logits)",
      "Entropy (bits)",
      "Switched",
    ]);
    expect(cellsOf(table)).toEqual([
      ["1", "1", "≈−0.40", "4.00", "on"],
      ["0", "1", "≈−0.20", "3.00", "off"],
      ["1", "0", "+0.41", "2.00", "on"],
      ["0", "0", "≈+0.10", "1.00", "on"],
    ]);
  });

  it("have the lines of all heads drawn, strongest first, with the tokens that they join", () => {
    const table = shown(attention({ view: "lines", threshold: 0.5 }));
    expect(table.textContent).toContain("3 lines");
    expect(headsOf(table)).toEqual(["From", "To", "Weight", "Where"]);
    expect(cellsOf(table)).toEqual([
      ["[CLS]", "[CLS]", "0.500", "Layer 1, head 0"],
      ["so", "so", "0.500", "Layer 1, head 0"],
      ["so", "so", "0.400", "Layer 1, head 0"],
    ]);
  });

  it("have only the lines of the selected token, and say how many are left out", () => {
    const state = attention({ view: "lines", token: 1, selected: 0 });
    expect(shown(state).textContent).toContain("3 lines from “so”");
    const many = longAttention(new Array(400).fill(255), { view: "lines" });
    expect(shown(many).textContent).toContain("The 100 strongest of 400 lines");
    expect(cellsOf(shown(many))).toHaveLength(100);
  });

  it("compare a query with every key, the largest weight first", () => {
    const state = attention({ view: "query_key", token: 0 });
    const table = shown(state);
    expect(headsOf(table)).toEqual(["Key of", "Sum of products", "Weight", "Largest product"]);
    expect(cellsOf(table)).toEqual([
      ["[CLS]", "+6.00", "0.500", "+6.00 in dimension 0"],
      ["so", "0.00", "0.000", "–"],
      ["so", "−6.00", "0.000", "−6.00 in dimension 0"],
    ]);
    const last = cellsOf(shown({ ...state, token: 2, selected: 1 }));
    expect(last.map(([token, sum]) => [token, sum])).toEqual([
      ["so", "+6.00"],
      ["[CLS]", "−6.00"],
      ["so", "0.00"],
    ]);
  });

  it("are absent where there is nothing to show, and for similar tokens", () => {
    const absent = [
      { view: "mosaic", _statistics: floats(), _statistic_names: [] },
      { view: "matrix", layer: 0, head: 1 },
      { view: "lines", line_heads: [1] },
      { view: "query_key", head: 1 },
      { view: "similar" },
    ];
    for (const changes of absent) expect(tableMaker()(attention(changes))).toBeNull();
  });
});
