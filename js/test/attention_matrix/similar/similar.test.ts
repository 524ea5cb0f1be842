import { describe, expect, it, vi } from "vitest";
import { withToggled } from "../../../src/attention_matrix/prediction/masking.ts";
import { absence } from "../../../src/attention_matrix/similar/view.ts";
import type { Attention } from "../../../src/attention_matrix/state.ts";
import widget from "../../../src/attention_matrix.ts";
import { DAMAGED } from "../../../src/shared/frame.ts";
import type { Model } from "../../../src/shared/model/model.ts";
import { floats, ints, modelOf } from "../../shared/models.ts";
import {
  click,
  closeView,
  find,
  frames,
  mount,
  named,
  press,
  render,
  set,
  usePage,
} from "../../shared/page.ts";
import { attention, attentionState } from "../models.ts";

const MARKUP = '<img src=x onerror="hacked = true">';
const MATCH = {
  row: 7,
  before: "it was\nnot ",
  match: ["un", "watch", "able"],
  after: ` at all ${MARKUP}`,
  similarity: 0.9312,
  attends_to: "not",
  tag: "ADJ",
  label: "positive",
};
const FOUND = {
  view: "similar",
  _corpus_size: 500,
  token: 1,
  matches: [MATCH, { ...MATCH, label: "negative", similarity: 0.5 }],
  match_counts: [
    [
      "Matched words",
      [
        ["unwatchable", 2],
        [MARKUP, 1],
      ],
    ],
  ],
  _matches_of: { token: 1, layer: 1, by: "embedding", heads: [0] },
};

usePage();

const statusText = () => find(".bw-similar-status")[0]?.textContent;
const chips = () => find(".bw-token") as HTMLButtonElement[];

function open(changes: Record<string, unknown> = {}): Model {
  const model = modelOf(attentionState(changes));
  render(widget, model);
  return model;
}
describe("the similar tokens", () => {
  it("say what to give where there is no corpus, without asking Python for a view it lacks", () => {
    const model = open();
    press(named("Matrix"), "End");
    expect(model.get("view")).toBe("matrix");
    expect(statusText()).toContain("corpus=bw.Corpus(clf, texts)");
    expect(named("Similar tokens")?.getAttribute("aria-checked")).toBe("true");
    click("Matrix");
    expect(statusText()).toBe(undefined);
    click("Similar tokens");
    set(model, { _corpus_size: 500 });
    expect(statusText()).toBe(undefined);
    press(named("Matrix"), "End");
    expect(model.get("view")).toBe("similar");
    expect(statusText()).not.toContain("corpus=");
  });

  it("give way to a view that Python chooses", () => {
    const model = open();
    click("Similar tokens");
    set(model, { view: "lines" });
    expect(named("Lines")?.getAttribute("aria-checked")).toBe("true");
  });

  it("are not offered in a saved page without a corpus", () => {
    open({ _static: true });
    expect(named("Similar tokens")?.hidden).toBe(true);
  });

  it("are shown in their contexts, beside their common values", () => {
    open(FOUND);
    expect(statusText()).toBe("Most similar to “so” at layer 1, in 500 texts");
    const cells = find(".bw-match:not(.bw-match-heads)")[0]?.children ?? [];
    expect([...cells].map(({ textContent }) => textContent)).toEqual([
      "0.93",
      "it was not ",
      `unwatchable at all ${MARKUP}`,
      "not",
      "positive",
    ]);
    expect(find(".bw-match b")[0]?.textContent).toBe("watch");
    expect(find(".bw-counts .bw-strength").map((bar) => bar.textContent)).toEqual([
      "unwatchable2",
      `${MARKUP}1`,
    ]);
    expect(find("img")).toHaveLength(0);
  });

  it("show a column of labels only if there are labels", () => {
    open({ ...FOUND, matches: [{ ...MATCH, label: "" }] });
    expect(find('[role="columnheader"]').map((element) => element.textContent)).not.toContain(
      "Label",
    );
  });

  it("are those of the token that is chosen by click or by key", () => {
    const model = open(FOUND);
    expect(chips().map(({ disabled }) => disabled)).toEqual([true, false, false]);
    expect(chips()[1]?.getAttribute("aria-checked")).toBe("true");
    press(chips()[1], "ArrowRight");
    expect([model.get("token"), model.get("selected")]).toEqual([2, 1]);
    expect(statusText()).toBe("Searching…");
    expect(find(".bw-main")[0]?.getAttribute("aria-busy")).toBe("true");
    press(chips()[2], "Home");
    expect(model.get("token")).toBe(1);
    expect(statusText()).toMatch(/^Most similar to/);
    expect(find(".bw-main")[0]?.getAttribute("aria-busy")).toBeNull();
  });

  it("do not leave earlier matches if there are none", () => {
    const model = open({ ...FOUND, _static: true });
    expect(find(".bw-matches-scroll")[0]?.hidden).toBe(false);
    set(model, { token: 2 });
    expect(statusText()).toContain("not saved");
    expect(find(".bw-matches-scroll")[0]?.hidden).toBe(true);
    expect(find(".bw-counts")[0]?.hidden).toBe(true);
  });

  it("say why there are none", () => {
    const why = (changes: Record<string, unknown>): string => {
      const state = attention({ ...FOUND, ...changes });
      if (state.similar === null) return "no corpus";
      const missing = absence(state, state.similar);
      return `${missing?.why ?? ""}${missing?.share ?? ""}`;
    };
    expect(why({})).toBe("");
    expect(why({ _corpus_size: 0 })).toBe("no corpus");
    expect(why({ layer: -1 })).toContain("Choose one layer");
    expect(why({ token: null })).toContain("Choose a token");
    expect(why({ token: 0 })).toContain("special tokens");
    expect(why({ similar_by: "heads" })).toBe("Searching…");
    expect(why({ line_heads: [1] })).toBe("Searching…");
    expect(why({ layer: 0, _search_progress: 0.42 })).toBe("Reading the corpus at layer 0: 42%");
    expect(why({ layer: 0, _static: true })).toContain("not saved");
  });

  it("say that a forged state is damaged, and stay alive", () => {
    const model = open(FOUND);
    for (const damage of [
      { matches: [{ ...MATCH, match: "watch" }] },
      { matches: [null] },
      { match_counts: [["Matched words", [["a"]]]] },
      { similar_by: "magic" },
      { _matches_of: { token: 1 } },
      { masked: [9] },
    ]) {
      set(model, damage);
      vi.spyOn(console, "error").mockReturnValueOnce();
      vi.advanceTimersByTime(1000);
      expect(find('[role="alert"]')[0]?.textContent).toBe(DAMAGED);
      set(model, { ...FOUND, similar_by: "embedding", masked: [] });
      expect(find('[role="alert"]')[0]?.hidden).toBe(true);
    }
  });
});

describe("a token", () => {
  it("is masked by its button and by its key, and unmasked again", () => {
    const model = open(FOUND);
    named("Mask “so”")?.click();
    frames();
    expect(model.get("masked")).toEqual([1]);
    set(model, { token_texts: ["[CLS]", "[MASK]", "so"], probabilities: floats(0.9, 0.1) });
    expect(chips()[1]?.classList.contains("bw-masked")).toBe(true);
    expect(chips()[1]?.title).toBe("Masked: so");
    const heard = vi.fn();
    document.body.addEventListener("keydown", heard);
    press(chips()[1], "m");
    expect(model.get("masked")).toEqual([]);
    expect(heard).not.toHaveBeenCalled();
    document.body.removeEventListener("keydown", heard);
  });

  it("that is masked changes the prediction compared with the original text", () => {
    const model = open({
      ...FOUND,
      masked: [1, 2],
      probabilities: floats(0.6, 0.4),
      ablated_probabilities: floats(0.6, 0.4),
      ablated: [[0, 1]],
    });
    expect(mount().textContent).toContain("2 tokens masked, 1 head off: P(positive) 75.0% → 40.0%");
    named("Switch all heads on and unmask all tokens")?.click();
    expect([model.get("masked"), model.get("ablated")]).toEqual([[], []]);
  });

  it("is masked with its whole word if rows are words", () => {
    const ofWords = {
      words: ["soso"],
      word_of_token: ints(-1, 0, 0),
      row_labels: ["[CLS]", "soso"],
      _row_tokens: ints(0, 1, 1),
      _slots: [],
      _slot_0: null,
      token: 2,
    };
    const masked = (changes: Record<string, unknown>): number[] =>
      withToggled(attention({ ...ofWords, ...changes }) as Attention);
    expect(masked({})).toEqual([1, 2]);
    expect(masked({ masked: [2] })).toEqual([1, 2]);
    expect(masked({ masked: [1, 2] })).toEqual([]);
    expect(masked({ view: "query_key", masked: [1] })).toEqual([1, 2]);
  });

  it("cannot be masked if it is special, in a saved copy, or without a mask token", () => {
    for (const changes of [
      { token: 0 },
      { token: null },
      { _static: true },
      { _maskable: false },
    ]) {
      const model = open({ ...FOUND, ...changes });
      expect(find(".bw-mask")[0]?.hidden).toBe(true);
      press(chips()[1], "m");
      expect(model.get("masked")).toEqual([]);
      closeView();
    }
  });
});
