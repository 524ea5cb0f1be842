import { describe, expect, it } from "vitest";
import * as format from "../../src/shared/format.ts";

describe("numbers", () => {
  it("have a typographic minus, an optional plus, and no sign for zero", () => {
    expect(format.decimal(-1.234, 2)).toBe("−1.23");
    expect(format.signed(1.236, 2)).toBe("+1.24");
    expect(format.signed(-0.001, 2)).toBe("0.00");
    expect(format.signed(0.001, 2)).toBe("0.00");
  });

  it("have about three significant figures", () => {
    expect([123, 12.3, 1.23, 0.123, 0.0123, 0].map(format.digitsFor)).toEqual([0, 1, 2, 3, 4, 2]);
    expect(format.digitsFor(1e-30)).toBe(6);
  });

  it("are percentages that are not rounded to 0% or 100%", () => {
    expect([0, 0.0004, 0.5, 0.9731, 0.99999, 1].map(format.percent)).toEqual([
      "0.0%",
      "<0.1%",
      "50.0%",
      "97.3%",
      ">99.9%",
      "100.0%",
    ]);
  });

  it("are short on an axis and grouped in a sentence", () => {
    expect([0, 800, 1000, 1250, 12_500].map(format.compact)).toEqual([
      "0",
      "800",
      "1k",
      "1.25k",
      "12.5k",
    ]);
    expect(format.count(12345.4)).toBe("12,345");
    expect([3.12, 314.159].map(format.rate)).toEqual(["3.1", "314"]);
  });

  it("are written out or as powers, whichever is shorter to read", () => {
    expect([0, 2e-5, 8.45e-6, 0.25, -3e-4].map(format.scientific)).toEqual([
      "0",
      "2e−5",
      "8.45e−6",
      "0.25",
      "−3e−4",
    ]);
  });
});

it("writes durations in the two largest units", () => {
  expect([0, 8.4, 59.6, 72, 3600, 7500, 90_000].map(format.duration)).toEqual([
    "0 s",
    "8 s",
    "1 min 0 s",
    "1 min 12 s",
    "1 h 0 min",
    "2 h 5 min",
    "1 d 1 h",
  ]);
  expect(format.duration(-5)).toBe("0 s");
});
