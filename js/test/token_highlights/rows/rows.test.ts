import { describe, expect, it } from "vitest";
import { floats } from "../../shared/models.ts";
import { click, find, frames, shown, usePage } from "../../shared/page.ts";
import { open } from "../page.ts";

usePage();

describe("rows and evidence", () => {
  it("show each class in the same colours, and its score of the selected word", () => {
    const scores = floats(-2, 1, 0, 2, -1, 0.5);
    const { model } = open({ compare: true, class_scores: scores, selected: 0 });
    expect(shown(".bw-row-label").map((label) => label.textContent)).toEqual([
      "negative25.0%",
      "positive75.0%",
    ]);
    expect(shown(".bw-row [role=img]")[1]?.getAttribute("aria-label")).toBe(
      "positive: not +2.00, bad −1.00, 😀 +0.50",
    );
    expect(find(".bw-detail .bw-detail-chip").map((chip) => chip.textContent)).toContain(
      "negative−2.00",
    );
    click("Classes");
    expect(model.get("compare")).toBe(false);
  });

  it("wait for scores that match the words", () => {
    open({ by_layer: true, layer_scores: floats(1, 2) });
    expect(shown(".bw-row")).toEqual([]);
    expect(shown("section[aria-label='Layer by layer']")[0]?.textContent).toContain(
      "Explaining the output of each layer",
    );
  });

  it("request the deletion curve once per question", () => {
    const { model, sent } = open();
    click("Evidence");
    model.set("selected", 1);
    frames();
    expect(sent).toEqual([{ command: "evidence" }]);
    model.set("deletion", floats(0, 0.9, 0.9, 0.9, 0.9, 3, 0.2, 0.8, 0.7, 0.9));
    frames();
    expect(shown(".bw-deletion")[0]?.getAttribute("aria-label")).toBe(
      "P(positive) as words are removed: 20.0% with 3 words removed; 80.0% in random order.",
    );
    model.set("target", "negative");
    model.set("deletion", floats());
    frames();
    expect(sent).toHaveLength(2);
  });
});
