import { describe, expect, it, vi } from "vitest";
import { makeAsTable } from "../../src/shared/as_table.ts";
import { valuesTable } from "../../src/training_panel/curves/values_table.ts";
import { cellsOf } from "./tables.ts";

describe("a drawing as a table", () => {
  it("is made while it is open only, and follows what is drawn", () => {
    const { element, draw } = makeAsTable("Curves");
    const make = vi.fn(() => document.createElement("table"));
    draw(make);
    expect(make).not.toHaveBeenCalled();
    element.open = true;
    draw(make);
    expect(make).toHaveBeenCalled();
    expect(element.querySelectorAll("table")).toHaveLength(1);
  });

  it("has the values of the curves at each evaluation", () => {
    const train = new Map([
      ["step", Float64Array.of(1, 2, 3)],
      ["loss_mean", Float64Array.of(0.9, 0.8, 0.7)],
      ["learning_rate", Float64Array.of(1e-5, 2e-5, 1e-5)],
    ]);
    const valid = new Map([
      ["step", Float64Array.of(0, 2)],
      ["loss", Float64Array.of(1, 0.5)],
      ["accuracy", Float64Array.of(0.25, 0.75)],
      ["macro_f1", Float64Array.of(0.2, Number.NaN)],
    ]);
    expect(cellsOf(valuesTable({ name: "a", train, valid }))).toEqual([
      ["0", "–", "1.000", "0.250", "0.200", "–"],
      ["2", "0.800", "0.500", "0.750", "–", "2e−5"],
    ]);
  });
});
