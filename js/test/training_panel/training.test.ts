import { describe, expect, it } from "vitest";
import { bestMark } from "../../src/training_panel/curves/view.ts";
import {
  boxAfter,
  boxBetween,
  firstBox,
  moved,
  resized,
} from "../../src/training_panel/data_map/brush.ts";
import { coverage } from "../../src/training_panel/data_map/key.ts";
import { suspicion } from "../../src/training_panel/data_map/lists.ts";
import { scopeOf } from "../../src/training_panel/data_map/view.ts";
import type { Field } from "../../src/training_panel/form/state.ts";
import { parsed, rateText, typed } from "../../src/training_panel/form/values.ts";
import { drawnViews } from "../../src/training_panel/header/invitation.ts";
import { chosenAt, snapshotAt } from "../../src/training_panel/probe_history/player.ts";
import { classesInView, sparkline } from "../../src/training_panel/probe_history/row.ts";
import { type Training, trainingReader, VIEWS } from "../../src/training_panel/state.ts";
import { FIELDS, floats, modelOf, trainingState } from "../shared/models.ts";

const training = (changes: Record<string, unknown> = {}): Training =>
  trainingReader()(modelOf(trainingState(changes)));

describe("a tab without anything to show", () => {
  const bare = {
    _train: null,
    _valid: null,
    _map: null,
    _confusion: null,
    _per_class: null,
    notes: [],
    probes: [],
    _probe_history_probes: [],
    _probe_history_counts: [],
    _probe_history_offsets: null,
    _probe_history_scores: null,
    _probe_history_probabilities: null,
    _probe_history_targets: null,
    _probe_history_steps: null,
    _fields: [],
  };
  const shows = (changes: Record<string, unknown>) => drawnViews(training(changes));

  it("says in one line what will appear", () => {
    for (const view of VIEWS) {
      expect(shows({ view }).words, view).toBeNull();
      expect(shows({ ...bare, view }).words?.[1], view).toMatch(/^[A-Z].+\.$/);
      const saved = shows({ ...bare, view, _static: true });
      expect(saved.words?.[1], view).toMatch("when the copy was saved");
      expect(saved.view, view).toBe(false);
    }
    expect(shows({ ...bare, state: "ready" }).words?.[0]).toBe("Ready to train");
    expect(shows({ ...bare, state: "failed" }).words?.[0]).toBe("No curves");
  });

  it("shows the form instead, before Start, and the field for a probe", () => {
    const ready = { ...bare, _fields: FIELDS, state: "ready" };
    expect(shows(ready)).toEqual({ form: true, view: false, words: null });
    expect(shows({ ...ready, _static: true }).form).toBe(false);
    expect(shows({ ...bare, _fields: FIELDS }).form).toBe(false);
    expect(shows({ ...ready, view: "probes" })).toMatchObject({ form: false, view: true });
  });
});

describe("values of the form", () => {
  const field = (name: string) =>
    training().form.fields.find((candidate) => candidate.name === name) as Field;

  it("are accepted if valid, and explained otherwise", () => {
    const cases: [string, string, number | null | RegExp][] = [
      ["epochs", " 3 ", 3],
      ["epochs", "2.5", /whole number at least 1 and at most 100/],
      ["epochs", "0", /at least 1/],
      ["epochs", "1000", /at most 100/],
      ["epochs", "", /whole number/],
      ["epochs", "three", /“three” is not valid/],
      ["learning_rate", "5e-5", 5e-5],
      ["learning_rate", "0", /above 0/],
      ["learning_rate", "Infinity", /at most 1/],
      ["patience", "", null],
      ["patience", "4", 4],
    ];
    for (const [name, text, expected] of cases) {
      const reading = parsed(field(name), text);
      if (expected instanceof RegExp)
        expect(reading).toEqual({ problem: expect.stringMatching(expected) });
      else expect(reading).toEqual({ value: expected });
    }
  });

  it("are written as they would be typed, and come back the same", () => {
    expect([5e-5, 0.1, 1024, 0, null, "x"].map(typed)).toEqual([
      "5e-5",
      "0.1",
      "1024",
      "0",
      "",
      "x",
    ]);
    for (const value of [1e-7, 0.00123, 3.2e-4, 1]) {
      expect(parsed(field("learning_rate"), typed(value))).toEqual({ value });
    }
    expect([3.2e-4, 1e-10, 0.5].map(rateText)).toEqual(["3.2e-04", "1.0e-10", "5.0e-01"]);
  });
});

describe("the probe history", () => {
  it("follows its latest snapshot unless another one is chosen", () => {
    expect([snapshotAt(null, 5), snapshotAt(2, 5), snapshotAt(9, 5), snapshotAt(null, 0)]).toEqual([
      4, 2, 4, -1,
    ]);
    expect([chosenAt(4, 5), chosenAt(7, 5), chosenAt(3, 5), chosenAt(0, 5)]).toEqual([
      null,
      null,
      3,
      0,
    ]);
  });

  it("draws the most probable classes of the whole history, in the order of the labels", () => {
    const { probeHistory } = training({
      labels: ["a", "b", "c", "d", "e", "f"],
      _confusion: null,
      _per_class: null,
      _probe_history_probabilities: floats(0.1, 0.2, 0, 0.3, 0.4, 0, 0.3, 0, 0.1, 0.2, 0.4, 0),
    });
    expect(classesInView(probeHistory, 0)).toEqual([0, 1, 3, 4]);
  });

  it("draws a probability rising from left to right", () => {
    const { probeHistory } = training();
    const { outline, x, y } = sparkline(probeHistory, 0, 1, 1);
    const [from, to] = outline
      .slice(1)
      .split("L")
      .map((point) => point.split(" ").map(Number));
    expect((to?.[0] ?? 0) > (from?.[0] ?? 0) && (to?.[1] ?? 0) < (from?.[1] ?? 0)).toBe(true);
    expect([x, y]).toEqual([expect.closeTo(to?.[0] ?? 0, 1), expect.closeTo(to?.[1] ?? 0, 1)]);
  });
});

describe("the brush", () => {
  const limits = [0.4, 1] as const;
  const inside = (box: readonly number[]) => {
    const [left = 0, right = 0, low = 0, high = 0] = box;
    expect(left).toBeGreaterThanOrEqual(0);
    expect(right).toBeLessThanOrEqual(limits[0] + 1e-12);
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThanOrEqual(1 + 1e-12);
    expect(right).toBeGreaterThan(left);
    expect(high).toBeGreaterThan(low);
  };

  it("is the same whichever corner a drag starts from, within the map", () => {
    expect(boxBetween([0.3, 0.2], [0.1, 0.6], limits)).toEqual([0.1, 0.3, 0.2, 0.6]);
    expect(boxBetween([0.1, 0.6], [0.3, 0.2], limits)).toEqual([0.1, 0.3, 0.2, 0.6]);
    expect(boxBetween([-1, 0.5], [9, 7], limits)).toEqual([0, 0.4, 0.5, 1]);
    expect(boxBetween([0.1, 0.5], [0.1, 0.5], limits)).toBeNull();
  });

  it("moves without changing its size, and stays within the limits", () => {
    const box = firstBox(limits);
    inside(box);
    for (const [dx, dy] of [
      [9, 9],
      [-9, -9],
      [0.1, -0.1],
      [0, 9],
    ] as const) {
      const pushed = moved(box, dx, dy, limits);
      inside(pushed);
      expect(pushed[1] - pushed[0]).toBeCloseTo(box[1] - box[0]);
      expect(pushed[3] - pushed[2]).toBeCloseTo(box[3] - box[2]);
      const shaped = resized(box, dx, dy, limits);
      inside(shaped);
      expect([shaped[0], shaped[2]]).toEqual([box[0], box[2]]);
    }
  });

  it("follows the keys", () => {
    const key = (name: string, shiftKey = false) => ({ key: name, shiftKey });
    expect(boxAfter(key("ArrowUp"), null, limits)).toEqual({ box: firstBox(limits) });
    expect(boxAfter(key("Escape"), firstBox(limits), limits)).toEqual({ box: null });
    expect(boxAfter(key("x"), null, limits)).toBeNull();
    const box = [0.1, 0.2, 0.3, 0.4] as const;
    expect(boxAfter(key("ArrowRight"), box, limits)?.box?.[0]).toBeCloseTo(0.11);
    const wider = boxAfter(key("ArrowUp", true), box, limits)?.box;
    expect(wider?.slice(0, 3)).toEqual([0.1, 0.2, 0.3]);
    expect(wider?.[3]).toBeCloseTo(0.425);
  });

  it("says what is missing after one epoch", () => {
    const { map } = training();
    const still = { ...map, epochs: 1, points: Float32Array.from([0, 0.5, 1, 0, 0, 0.7, 1, 1]) };
    expect(scopeOf(still)).toContain("recorded over 1 epoch. Variability needs a second epoch");
    const varied = { ...still, points: Float32Array.from([0, 0.5, 1, 0, 0.1, 0.7, 1, 1]) };
    expect(scopeOf(varied)).not.toContain("second epoch");
  });

  it("stands beside plain words", () => {
    const { map } = training();
    expect(coverage(map)).toBe("2 of 1,200 examples, recorded over 0.4 epochs");
    expect(suspicion(["17", "x", "negative", "positive", 0.94])).toBe(
      "row 17: labelled negative, probably positive (margin 0.94)",
    );
  });
});

describe("the mark of the best model", () => {
  const run = (steps: number[]) => [
    { name: "", train: new Map(), valid: new Map([["step", Float64Array.from(steps)]]) },
  ];
  const marked = (steps: number[], bestStep: number | null, to = 100) =>
    bestMark({ curves: run(steps), shown: 0, bestStep }, [0, to])?.position;

  it("is there once a trained model has been evaluated, also if the loaded one was better", () => {
    expect(marked([0], 0)).toBe(undefined);
    expect(marked([0, 20], 0)).toBe(0);
    expect(marked([0, 20], 20)).toBe(20);
    expect(marked([0, 20], 20, 10)).toBe(undefined);
    expect(marked([], null)).toBe(undefined);
  });
});
