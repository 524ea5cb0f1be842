import { beforeEach, describe, expect, vi } from "vitest";
import { KEYS } from "../../src/attention_matrix/keys.ts";
import widget from "../../src/attention_matrix.ts";
import type { Model } from "../../src/shared/model/model.ts";
import { testKeys } from "../shared/keys.ts";
import { bytes, ints, modelOf } from "../shared/models.ts";
import { find, named, press, render, usePage } from "../shared/page.ts";
import { attentionState, mapEntry } from "./models.ts";
import { drawsNothing } from "./page.ts";

usePage();
beforeEach(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(drawsNothing as never);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(862);
});

const canvas = () => find("canvas")[0];
const reading = () => find(".bw-cell-reading, .bw-head-name")[0]?.textContent;

function open(changes: Record<string, unknown> = {}): Model {
  const model = modelOf(attentionState(changes));
  render(widget, model);
  return model;
}

function views(from: string, ...steps: [key: string, view: string][]): void {
  open();
  named(from)?.focus();
  for (const [key, view] of steps) {
    press(document.activeElement, key);
    expect(find('[role="radio"][aria-checked="true"]').map((one) => one.textContent)).toEqual([
      view,
    ]);
  }
}

/** Goes by the arrow keys to four different places. */
function moves(changes: Record<string, unknown>): void {
  open(changes);
  press(canvas(), "ArrowRight");
  const seen = ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"].map((key) => {
    press(canvas(), key);
    return reading();
  });
  expect(new Set(seen).size).toBeGreaterThan(2);
}

function chooses(view: string, keys: readonly string[], tokens: readonly (number | null)[]): void {
  const model = open({ view });
  const chosen = keys.map((key) => {
    press(canvas(), key);
    return model.get("token");
  });
  expect(chosen).toEqual(tokens);
}

describe("the help of the attention matrix", () => {
  testKeys(KEYS, open, {
    "Views: ← →": () => views("Matrix", ["ArrowRight", "Lines"], ["ArrowLeft", "Matrix"]),
    "Views: Home, End": () => views("Matrix", ["Home", "All heads"], ["End", "Similar tokens"]),
    "All heads: Arrow keys": () => moves({ view: "mosaic" }),
    "All heads: Enter": () => {
      const model = open({ view: "mosaic" });
      press(canvas(), "ArrowRight");
      press(canvas(), "Enter");
      expect(model.get("view")).toBe("matrix");
    },
    "All heads: X": () => {
      const model = open({ view: "mosaic" });
      press(canvas(), "ArrowRight");
      press(canvas(), "x");
      expect(model.get("ablated")).toHaveLength(1);
      press(canvas(), "x");
      expect(model.get("ablated")).toEqual([]);
    },
    "Matrix: Arrow keys": () => moves({}),
    "Matrix: Enter": () => chooses("matrix", ["ArrowDown", "ArrowDown", "Enter"], [null, null, 1]),
    "Matrix: Escape": () =>
      chooses("matrix", ["ArrowDown", "ArrowDown", "Enter", "Escape"], [null, null, 1, null]),
    "Matrix: + − 0": () => {
      const names = Array.from({ length: 60 }, (_, i) => `t${i}`);
      open({
        token_texts: names,
        words: names,
        row_labels: names,
        word_of_token: ints(...names.keys()),
        _row_tokens: ints(...names.keys()),
        token_segments: bytes(...names.map(() => 0)),
        _slots: [[mapEntry("weights", 1, 0, 1, 0)]],
        _slot_0: bytes(...new Array(names.length ** 2).fill(9)),
        _query: null,
        _key: null,
        _query_key_size: 0,
      });
      const width = () => find(".bw-spacer")[0]?.style.width;
      const whole = width();
      press(canvas(), "+");
      const larger = width();
      expect(larger).not.toBe(whole);
      press(canvas(), "+");
      press(canvas(), "-");
      expect(width()).toBe(larger);
      press(canvas(), "0");
      expect(width()).toBe(whole);
    },
    "Matrix: M": () => {
      const model = open({ token: 1, selected: 0 });
      press(canvas(), "m");
      expect(model.get("masked")).toEqual([1]);
      press(canvas(), "m");
      expect(model.get("masked")).toEqual([]);
    },
    "Lines: ↑ ↓": () => chooses("lines", ["ArrowDown", "ArrowDown", "ArrowUp"], [0, 1, 0]),
    "Lines: Escape": () => chooses("lines", ["ArrowDown", "Escape"], [0, null]),
    "Query-key: ↑ ↓": () => chooses("query_key", ["End", "ArrowUp", "ArrowDown"], [2, 1, 2]),
  });
});
