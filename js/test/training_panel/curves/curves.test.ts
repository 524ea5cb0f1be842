import { describe, expect, it } from "vitest";
import { contrast, hex, type Rgb, toOklab } from "../../../src/shared/color/color.ts";
import { makePalette } from "../../../src/shared/color/palette.ts";
import { seriesColor } from "../../../src/shared/color/series_colors.ts";
import {
  areaOf,
  type Bounds,
  placesOf,
  shareOf,
  ticks,
  valueAtShare,
} from "../../../src/shared/plot/plot.ts";
import { csvOf } from "../../../src/training_panel/curves/export.ts";
import { beside, scaled, steered, zoomed } from "../../../src/training_panel/curves/navigation.ts";
import { summaryOf } from "../../../src/training_panel/curves/run_table.ts";
import {
  epochMarks,
  extent,
  fromZero,
  halfLife,
  nearestStep,
  roundedUp,
  shareBounds,
  smoothed,
  tight,
  valueAt,
} from "../../../src/training_panel/curves/series.ts";
import { BOUNDS, tracesOf } from "../../../src/training_panel/curves/traces.ts";

const line = (steps: number[], values: number[]) => ({
  steps: Float64Array.from(steps),
  values: Float64Array.from(values),
});

describe("series", () => {
  it("do not change when smoothed if they are constant", () => {
    for (const value of smoothed(line([1, 2, 5, 90], [3, 3, 3, 3]), 4))
      expect(value).toBeCloseTo(3);
  });

  it("are smoothed within their bounds, with gaps left out", () => {
    const raw = [1, 0, Number.NaN, 1, 0, 1];
    const smooth = smoothed(line([1, 2, 3, 4, 5, 6], raw), 2);
    expect(smooth[0]).toBe(1);
    expect(smooth[2]).toBeNaN();
    for (const i of [1, 3, 4, 5]) {
      expect(smooth[i]).toBeGreaterThan(0);
      expect(smooth[i]).toBeLessThan(1);
    }
  });

  it("lose half their weight within the half-life, and are not smoothed at zero", () => {
    const many = Array.from({ length: 200 }, (_, i) => i);
    const jump = many.map((i) => (i < 190 ? 0 : 1));
    expect(smoothed(line(many, jump), 10)[199]).toBeCloseTo(0.5, 2);
    const raw = line(many, jump);
    expect(smoothed(raw, halfLife(0, 200))).toBe(raw.values);
    expect([20, 50, 100].map((percentage) => halfLife(percentage, 10_000))).toEqual([
      expect.closeTo(25.1, 1),
      expect.closeTo(100),
      expect.closeTo(1000),
    ]);
  });

  it("give the last finite value at a step, and the nearest step", () => {
    const data = line([1, 5, 9], [3, 4, Number.NaN]);
    expect([null, 0, 1, 6, 9].map((step) => valueAt(data, step))).toEqual([4, null, 3, 4, 4]);
    expect([0, 3.1, 8, 40].map((place) => nearestStep([data, line([8], [1])], place))).toEqual([
      1, 5, 8, 9,
    ]);
    expect(nearestStep([], 3)).toBeNull();
  });

  it("have an extent of what a view shows, including lines that leave it", () => {
    const data = line([1, 2, 3, 4, 5], [9, 1, 2, Number.NaN, 7]);
    expect(extent([data], [0, 9])).toEqual([1, 9]);
    expect(extent([data], [2.5, 3.5])).toEqual([1, 2]);
    expect(extent([line([1, 2], [0, 3])], [0, 9], 0)).toEqual([3, 3]);
    expect(extent([line([1], [Number.NaN])], [0, 9])).toBeNull();
  });
});

describe("epoch marks", () => {
  it("are the ends of epochs before the last, whole or not", () => {
    const steps = (total: number, epochs: number) =>
      epochMarks(total, epochs, [0, total]).map(({ step }) => step);
    expect(steps(90, 3)).toEqual([30, 60]);
    expect(steps(100, 2.5)).toEqual([40, 80]);
    expect([steps(0, 3), steps(90, 1)]).toEqual([[], []]);
  });

  it("are thinned, and return when zoomed in", () => {
    for (const epochs of [2, 12, 13, 25, 100, 999, 10_000]) {
      const marks = epochMarks(epochs * 10, epochs, [0, epochs * 10]);
      expect(marks.length).toBeLessThanOrEqual(12);
      expect(marks.length).toBeGreaterThanOrEqual(Math.min(epochs - 1, 3));
      for (const { epoch, step } of marks) expect(step).toBeCloseTo(epoch * 10);
    }
    expect(epochMarks(250, 25, [0, 250]).map(({ epoch }) => epoch)).toEqual([5, 10, 15, 20]);
    expect(epochMarks(250, 25, [95, 135]).map(({ epoch }) => epoch)).toEqual([10, 11, 12, 13]);
  });
});

describe("axes", () => {
  it("contain every value", () => {
    expect(fromZero(null)).toEqual([0, 1]);
    expect(fromZero([0.2, 2])[1]).toBeGreaterThan(2);
    for (const least of [0, 0.31, 0.5, 0.72, 0.99]) {
      const [from, to] = shareBounds([least, 1]);
      expect(from).toBeLessThanOrEqual(least);
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBe(1);
    }
    for (const log of [true, false]) {
      for (const found of [
        [0.3, 0.3],
        [0.1, 40],
      ] as Bounds[]) {
        const [from, to] = tight(found, log);
        expect(from).toBeLessThan(found[0]);
        expect(to).toBeGreaterThan(found[1]);
      }
    }
    expect(tight([0.001, 1], true)[0]).toBeGreaterThan(0);
  });

  it.each([
    [[0, 1260], 6, false],
    [[0.137, 0.151], 5, false],
    [[0, 5.3e-5], 4, false],
    [[0.02, 0.9], 6, true],
    [[1e-7, 1], 8, true],
    [[0.4, 0.8], 6, true],
    [[3, 3], 5, false],
  ] as [Bounds, number, boolean][])("have round ticks within %j, about %i", (bounds, most, log) => {
    const scale = { bounds, log, format: String };
    const found = ticks(scale, most);
    expect(found.length).toBeLessThanOrEqual(most + 2);
    if (bounds[1] > bounds[0]) expect(found.length).toBeGreaterThan(1);
    for (const [i, value] of found.entries()) {
      expect(value).toBeGreaterThanOrEqual(bounds[0]);
      expect(value).toBeLessThanOrEqual(bounds[1] * (1 + 1e-12));
      expect(value).toBe(Number(value.toPrecision(3)));
      if (i > 0) expect(value).toBeGreaterThan(found[i - 1] ?? value);
    }
  });

  it.each([
    [[0, 14], 6, [0, 5, 10]],
    [[0, 3], 8, [0, 1, 2, 3]],
    [[0.4, 2.6], 6, [1, 2]],
    [[0, 130], 6, [0, 25, 50, 75, 100, 125]],
  ] as [Bounds, number, number[]][])("count in whole steps within %j", (bounds, most, expected) => {
    expect(ticks({ bounds, whole: true, format: String }, most)).toEqual(expected);
  });

  it("convert values to positions and back", () => {
    for (const log of [false, true]) {
      const scale = { bounds: [1e-3, 20] as const, log, format: String };
      for (const share of [0, 0.25, 0.5, 1])
        expect(shareOf(scale, valueAtShare(scale, share))).toBeCloseTo(share);
    }
    const plot = {
      x: { bounds: [0, 10] as const, format: String },
      y: { bounds: [0, 1] as const, format: String },
      xName: "Step",
    };
    const area = areaOf(400, 200, plot);
    const { px, py } = placesOf(plot, area);
    expect([px(0), px(10)]).toEqual([area.left, area.left + area.width]);
    expect([py(1), py(0)]).toEqual([area.top, area.top + area.height]);
  });
});

describe("axis of steps", () => {
  it("follows the run, which fills at least two fifths of it after ten steps", () => {
    expect([0, 1, 10, 11, 20, 21, 499, 6500].map(roundedUp)).toEqual([
      10, 10, 10, 20, 20, 50, 500, 10_000,
    ]);
    for (let steps = 10; steps < 1e6; steps = Math.ceil(steps * 1.3)) {
      expect(roundedUp(steps)).toBeGreaterThanOrEqual(steps);
      expect(steps / roundedUp(steps)).toBeGreaterThanOrEqual(0.4);
    }
  });
});

describe("zoom", () => {
  const whole: Bounds = [0, 1000];

  it("accepts drags in both directions, within the run, and ignores tiny ones", () => {
    expect(zoomed(200, 500, whole)).toEqual([200, 500]);
    expect(zoomed(500, 200, whole)).toEqual([200, 500]);
    expect(zoomed(-40, 500, whole)).toEqual([0, 500]);
    expect(zoomed(500, 501, whole)).toBeNull();
    expect(zoomed(0, 1, [0, 1])).toEqual([0, 1]);
  });

  it("keeps the position under the cursor, and ends with the whole run", () => {
    const view = scaled(whole, 250, 0.5, whole) ?? [0, 0];
    expect(view[1] - view[0]).toBe(500);
    expect((250 - view[0]) / 500).toBeCloseTo(0.25);
    expect(scaled(view, 250, 2, whole)).toBeNull();
    const atEdge = scaled(whole, 1000, 0.5, whole) ?? [0, 0];
    expect(atEdge).toEqual([500, 1000]);
  });

  it("and cursor follow the keys", () => {
    const lines = [line([1, 2, 3], [0, 0, 0]), line([2, 9], [0, 0])];
    expect([beside(lines, 2, 1), beside(lines, 9, 1), beside(lines, 1, -5)]).toEqual([3, 9, 1]);
    const key = (name: string, shiftKey = false) => ({ key: name, shiftKey });
    const start = { cursor: null, zoom: null };
    const whole: [number, number] = [0, 90];
    expect(steered(key("ArrowLeft"), start, lines, whole, [0, 9])?.cursor).toBe(3);
    expect(steered(key("+"), { cursor: 3, zoom: null }, lines, whole, [0, 9])?.zoom).toEqual([
      1.5, 6,
    ]);
    expect(steered(key("Escape"), { cursor: 3, zoom: [1, 2] }, lines, whole, [0, 9])).toEqual(
      start,
    );
    expect(steered(key("a"), start, lines, whole, [0, 9])).toBeNull();
  });
});

const columns = (names: string[], ...rows: number[][]) =>
  new Map(names.map((name, i) => [name, Float64Array.from(rows, (row) => row[i] ?? 0)]));
const TRAIN = ["step", "loss", "loss_mean", "learning_rate", "gradient_norm"];
const VALID = ["step", "loss", "accuracy", "macro_f1"];
const run = (name: string) => ({
  name,
  train: columns(TRAIN, [1, 0.9, 0.8, 1e-5, 2], [2, Number.NaN, 0.7, 2e-5, 3]),
  valid: columns(VALID, [2, 0.75, 0.6, 0.5]),
});

describe("several runs", () => {
  const palette = makePalette(hex("#ffffff"), null);
  const smooth = ({ values }: { values: Float64Array }) => values.map((value) => value + 1);

  it("are drawn with the shown run on top, the only one with raw losses", () => {
    const runs = [run("a"), run("b"), run("c")];
    const [loss] = tracesOf(runs, 1, smooth, palette);
    expect(loss?.traces).toHaveLength(7);
    const last = loss?.traces.slice(-3) ?? [];
    expect(last.map(({ color }) => color)).toEqual(last.map(() => seriesColor(palette, 1)));
    expect(last.map(({ dashed }) => dashed === true)).toEqual([false, false, true]);
    expect(loss?.values.map(({ line: own }) => own.values[0])).toEqual([
      expect.closeTo(1.8),
      expect.closeTo(0.75),
    ]);
  });

  it("are not drawn while they are hidden, and the values of the shown run are read all the same", () => {
    const runs = [run("a"), run("b"), run("c")];
    const [loss] = tracesOf(runs, 1, smooth, palette, new Set([0, 1]));
    expect(loss?.traces).toHaveLength(2);
    expect(loss?.traces.map(({ color }) => color)).toEqual(
      loss?.traces.map(() => seriesColor(palette, 2)),
    );
    expect(loss?.values).toHaveLength(2);
  });

  it("are summed up by their latest losses and their best scores", () => {
    const train = columns(TRAIN, [1, 0.9, 0.9, 1e-5, 2], [4, 0.7, 0.8, 2e-5, 3]);
    const valid = columns(VALID, [2, 0.75, 0.8, 0.5], [4, 0.5, 0.6, 0.4]);
    expect(summaryOf({ name: "a", train, valid })).toEqual([
      "4",
      "0.800",
      "0.500",
      "0.800",
      "0.500",
    ]);
    expect(summaryOf({ name: "b", train: new Map(), valid: new Map() })).toEqual([
      "0",
      "–",
      "–",
      "–",
      "–",
    ]);
  });

  it("use the mean of a bucket for the curve and every kept loss for the raw one", () => {
    const [loss] = tracesOf([run("a")], 0, smooth, palette);
    const [raw, mean] = loss?.traces ?? [];
    expect(raw?.line.values[0]).toBe(0.9);
    expect(mean?.line.values[0]).toBeCloseTo(1.8);
  });

  it("share a vertical axis that keeps zero in view until zoomed or logarithmic", () => {
    const lines = [line([1, 2, 3], [0.5, 0.4, 0.3])];
    const bounds = (zoom: boolean, log: boolean) => BOUNDS[0].bounds(lines, [0, 3], zoom, log);
    expect(bounds(false, false)[0]).toBe(0);
    expect(bounds(true, false)[0]).toBeGreaterThan(0.2);
    expect(bounds(false, true)[0]).toBeGreaterThan(0);
  });

  it("are exported as a table with one row per measurement, without formulas", () => {
    const csv = csvOf([run('=1+1, "x"'), run("b")]);
    const rows = csv.trimEnd().split("\n");
    expect(rows).toHaveLength(1 + 2 * 3);
    expect(rows[0]).toBe(
      "run,step,loss,loss_mean,learning_rate,gradient_norm,validation_loss,validation_accuracy,validation_macro_f1",
    );
    expect(rows[1]).toBe(`"'=1+1, ""x""",1,0.9,0.8,0.00001,2,,,`);
    expect(rows.at(-2)).toBe("b,2,,0.7,0.00002,3,,,");
    expect(rows.at(-1)).toBe("b,2,,,,,0.75,0.6,0.5");
  });
});

describe.each(["#ffffff", "#14161a", "#111111", "#1e1e1e", "#fdf6e3"])(
  "the colours of runs over %s",
  (background) => {
    const palette = makePalette(hex(background), null);
    const colors = Array.from({ length: 8 }, (_, i) => seriesColor(palette, i));
    /** How red-green-blind eyes see it: the red-green axis of Oklab all but gone. */
    const blind = (color: Rgb) => {
      const [l, a, b] = toOklab(color);
      return [l, 0.1 * a, b] as const;
    };

    it("are visible and distinguishable also with colour blindness", () => {
      colors.forEach((color, i) => {
        expect(contrast(color, palette.background)).toBeGreaterThanOrEqual(3);
        for (const other of colors.slice(i + 1)) {
          const [one, two] = [blind(color), blind(other)];
          expect(Math.hypot(one[0] - two[0], one[1] - two[1], one[2] - two[2])).toBeGreaterThan(
            0.06,
          );
        }
      });
    });
  },
);
