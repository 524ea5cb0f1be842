import { describe, expect, it } from "vitest";
import {
  passes,
  rowInView,
  stretches,
  tokenInView,
} from "../../src/attention_matrix/arrangement.ts";
import {
  absenceOf,
  halved,
  type MapKey,
  nameOf,
  titleOf,
  valueAt,
} from "../../src/attention_matrix/maps.ts";
import { effectOf, orderOf, toggled } from "../../src/attention_matrix/mosaic/effects.ts";
import { changesOf, outcome } from "../../src/attention_matrix/prediction/view.ts";
import { rowReader, tokenBeside } from "../../src/attention_matrix/query_key/rows.ts";
import { scoresOf } from "../../src/attention_matrix/query_key/state.ts";
import { attentionReader } from "../../src/attention_matrix/state.ts";
import { attempt } from "../../src/shared/model/read.ts";
import { bytes, floats, ints, modelOf } from "../shared/models.ts";
import { attention, attentionState, longAttention, mapEntry } from "./models.ts";

describe("the maps", () => {
  it("are read from slots at any offset", () => {
    const { map, maps } = attention();
    expect([...maps.values()].map(({ key }) => [key.layer, key.head])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(map && valueAt(map, 0, 0)).toBe(0.5);
    expect(map && valueAt(map, 1, 1)).toBeCloseTo(0.2);
    expect(attention({ head: 1 }).map).toBeNull();
  });

  it("stay the same objects while their slot does not change", () => {
    const model = modelOf(attentionState());
    const read = attentionReader();
    const { map } = read(model);
    model.set("_slots", [...(model.get("_slots") as unknown[]), [mapEntry("weights", 1, 1, 1, 0)]]);
    model.set("_slot_1", bytes(...new Array(9).fill(255)));
    const next = read(model);
    expect(next.map).toBe(map);
    expect(next.maps.size).toBe(3);
  });

  it("have keys with exactly what they depend on", () => {
    const asked = { measure: "weights", layer: 3, head: 2, target: "positive" } as const;
    const isSame = (one: Partial<MapKey>, other: Partial<MapKey>) =>
      nameOf({ ...asked, ...one }) === nameOf({ ...asked, ...other });
    expect(isSame({}, { target: "negative" })).toBe(true);
    expect(isSame({}, { head: 1 })).toBe(false);
    expect(isSame({}, { layer: 2 })).toBe(false);
    expect(isSame({}, { measure: "norms" })).toBe(false);
    expect(isSame({ layer: -1 }, { layer: -1, head: -1 })).toBe(true);
    expect(isSame({ measure: "rollout" }, { measure: "rollout", head: -1 })).toBe(true);
    expect(isSame({ measure: "gradient" }, { measure: "gradient", target: "a" })).toBe(false);
    expect(titleOf({ ...asked, head: -1 })).toBe("Layer 3, mean of its heads");
    expect(titleOf({ ...asked, measure: "norms", head: -1 })).toContain("whole attention block");
  });

  it("explain why they are missing", () => {
    const state = attention({ head: 1 });
    expect(absenceOf(state, state)).toBe("Loading layer 1, head 1…");
    const saved = { ...state, static: true };
    expect(absenceOf(saved, saved)).toBe("Layer 1, head 1 was not saved with this page.");
  });

  it("keep every peak when they are halved", () => {
    const values = Array.from({ length: 49 }, (_, i) => (i * 7919) % 251);
    const { map } = longAttention(values);
    const small = map ? halved(map) : new Uint8Array();
    expect(small).toHaveLength(16);
    values.forEach((value, i) => {
      const at = ((Math.floor(i / 7) >> 1) * 4 + ((i % 7) >> 1)) as number;
      expect(small[at]).toBeGreaterThanOrEqual(value);
    });
    expect(Math.max(...small)).toBe(Math.max(...values));
  });
});

const entry = mapEntry("weights", 0, 0, 1, 0);

describe("an inconsistent state", () => {
  it.each([
    ["a layer that is not there", { layer: 2 }],
    ["a head below all", { head: -2 }],
    ["a head that is a text", { head: "0" }],
    ["an unknown view", { view: "hologram" }],
    ["an unknown measure", { measure: "magic" }],
    ["slots that are no lists", { _slots: ["weights"] }],
    ["a map without a scale", { _slots: [[{ ...entry, scale: null }, entry]] }],
    ["a map of an unknown measure", { _slots: [[{ ...entry, measure: "magic" }, entry]] }],
    ["a slot that is too short", { _slot_0: bytes(1, 2, 3) }],
    ["a slot whose bytes are missing", { _slot_0: null }],
    ["an unknown row", { _row_tokens: ints(0, 1, 3) }],
    ["an unknown word", { word_of_token: ints(-1, 0, 9) }],
    ["effects of other heads", { effects: floats(1) }],
    ["an unknown head switched off", { ablated: [[0, 7]] }],
    ["a head off that is no pair", { ablated: ["0:1"] }],
    ["lines of an unknown head", { line_heads: [5] }],
    ["statistics that are too few", { _statistics: floats(1, 2, 3) }],
    ["thumbnails of another size", { _side: 4 }],
    ["queries without keys", { _key: null }],
    ["shares of other rows", { _left_out: floats(0.5) }],
  ])("is refused in one sentence: %s", (_what, changes) => {
    const parsed = attempt(() => attention(changes));
    expect("damage" in parsed && parsed.damage).toMatch(/^[“A-Z].+\.$/);
  });

  it("has no selection or token that was made for another text", () => {
    const { selected, token } = attention({ selected: 9, token: 12 });
    expect([selected, token]).toEqual([null, null]);
  });
});

describe("the selection", () => {
  it("is one: the chosen token, or the first of a word selected elsewhere", () => {
    expect(tokenInView(attention())).toBeNull();
    expect(tokenInView(attention({ token: 2, selected: 1 }))).toBe(2);
    expect(tokenInView(attention({ token: 2, selected: 0 }))).toBe(1);
    expect(rowInView(attention({ token: 0 }))).toBe(0);
  });

  it("is on no row if its token is hidden", () => {
    const state = attention({
      row_labels: ["so", "so"],
      _row_tokens: ints(-1, 0, 1),
      _slots: [],
      _slot_0: null,
      token: 0,
    });
    expect(rowInView(state)).toBeNull();
    expect(rowInView({ ...state, selected: 1 })).toBe(1);
  });

  it("of a pair's cells follows the texts, special tokens excepted", () => {
    const { rows } = attention({ token_segments: bytes(255, 0, 1) });
    const cells = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => [row, column] as const));
    const left = (filter: string) => cells.filter((cell) => passes(filter, rows)(...cell));
    expect(left("all")).toEqual(cells);
    expect(left("ab")).toEqual([[1, 2]]);
    expect(left("bb")).toEqual([[2, 2]]);
    expect(stretches(rows).map(({ start, end }) => end - start)).toEqual([1, 1, 1]);
  });
});

describe("the effects", () => {
  it("are exact if measured and estimated otherwise", () => {
    const state = attention();
    expect(effectOf(state, 2)).toEqual({ value: expect.closeTo(0.41), exact: true });
    expect(effectOf(state, 3)).toEqual({ value: expect.closeTo(-0.4), exact: false });
    expect(effectOf({ estimates: new Float32Array(), effects: new Float32Array() }, 0)).toBeNull();
  });

  it("and the statistics sort the heads, largest first; all stay", () => {
    expect(orderOf(attention())).toEqual([0, 1, 2, 3]);
    expect(orderOf(attention({ order: "entropy" }))).toEqual([3, 1, 2, 0]);
    expect(orderOf(attention({ order: "effect" }))).toEqual([2, 0, 1, 3]);
    expect(orderOf(attention({ order: "of nothing" }))).toEqual([0, 1, 2, 3]);
  });

  it("of a head switched off and on again leave the state unchanged", () => {
    const state = attention({ ablated: [[0, 1]] });
    expect(toggled(state, 2)).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(toggled(state, 1)).toEqual([]);
  });

  it("are described with the prediction", () => {
    expect(outcome("positive", 0.974, 0.974, "")).toBe("P(positive) 97.4%");
    expect(outcome("positive", 0.974, 0.641, changesOf(3, 0))).toBe(
      "3 heads off: P(positive) 97.4% → 64.1%",
    );
    expect([changesOf(0, 0), changesOf(1, 0), changesOf(0, 1), changesOf(3, 2)]).toEqual([
      "",
      "1 head off",
      "1 token masked",
      "2 tokens masked, 3 heads off",
    ]);
  });
});

describe("the rows of a query", () => {
  const rowsOf = (changes: Record<string, unknown>, byWeight = false) =>
    rowReader()(attention(changes), byWeight);

  it("exist only for the chosen head", () => {
    expect(rowsOf({})?.query).toBe(0);
    expect(rowsOf({ token: 2 })?.query).toBe(2);
    expect(rowsOf({ head: 1 })).toBeNull();
    expect(rowsOf({ layer: -1, head: -1 })).toBeNull();
  });

  it("have the weights of the model if each token has a row, and can be sorted by them", () => {
    // The weights of token 1 are 0.1, 0.2 and 0.4.
    const sorted = rowsOf({ token: 1 }, true);
    expect(sorted?.hasExactWeights).toBe(true);
    expect(sorted?.order).toEqual([2, 1, 0]);
    const rollout = rowsOf({ token: 1, measure: "rollout" });
    expect(rollout?.hasExactWeights).toBe(false);
    expect(rollout?.weights).toEqual(rollout?.scores.weights);
    expect(rollout?.order).toEqual([0, 1, 2]);
  });

  it("are navigated in their order, and no key leaves them", () => {
    const sorted = rowsOf({ token: 1 }, true);
    if (sorted === null) throw new Error("there are rows");
    const keys = ["ArrowDown", "ArrowUp", "Home", "End", "q"];
    expect(keys.map((key) => tokenBeside(sorted, key))).toEqual([0, 2, 2, 0, null]);
    const last = rowsOf({ token: 2 });
    expect(last && tokenBeside(last, "ArrowDown")).toBe(2);
  });
});

describe("the scores of a query", () => {
  it("are its products with every key, and their softmax", () => {
    const { queryKey } = attention();
    if (queryKey === null) throw new Error("there are queries and keys");
    const { sums, weights, largest } = scoresOf(queryKey, 0);
    // q of token 0 is (2, 0); the first dimensions of the keys are 3, 0 and −3.
    expect(sums[0]).toBeCloseTo(6);
    expect(sums[1]).toBeCloseTo(0);
    expect(sums[2]).toBeCloseTo(-6);
    expect(largest).toBeCloseTo(6);
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1);
    expect(Math.log((weights[0] ?? 0) / (weights[1] ?? 1))).toBeCloseTo(6 / Math.SQRT2);
  });
});
