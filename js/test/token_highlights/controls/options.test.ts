import { describe, expect, it } from "vitest";
import { floats } from "../../shared/models.ts";
import { click, find, named, shown, usePage } from "../../shared/page.ts";
import { choose, open } from "../page.ts";

usePage();

describe("the options", () => {
  it("are closed at first, and each sets its trait", () => {
    const { model } = open({
      _baselines: [
        ["pad", "Padding"],
        ["zero", "Zero vector"],
      ],
    });
    expect(shown(".bw-options")).toEqual([]);
    click("Options");
    expect(named("Options")?.getAttribute("aria-expanded")).toBe("true");
    choose("Against", "negative");
    choose("Measured as", "probability");
    choose("Baseline", "zero");
    choose("What is scored", "sentences");
    expect(["against", "output", "baseline", "unit"].map((name) => model.get(name))).toEqual([
      "negative",
      "probability",
      "zero",
      "sentences",
    ]);
  });

  it("describe what is scored", () => {
    open({ against: "negative", output: "logit" });
    expect(find(".bw-legend")[0]?.textContent).toContain("towards positive rather than negative");
    expect(find(".bw-remarks")[0]?.textContent).toContain("log-odds, −3.20 from the baseline");
  });

  it("clear the other class if it becomes the target", () => {
    const { model } = open({ against: "negative" });
    find('[role="radio"]')[0]?.click();
    expect([model.get("target"), model.get("against")]).toEqual(["negative", ""]);
  });

  it("only control what is shown without a kernel", () => {
    open({ _static: true });
    click("Options");
    expect(shown(".bw-options select")).toEqual([]);
    expect(shown('[role="tab"]').map((tab) => tab.textContent)).toEqual(["Tokens"]);
  });
});

describe("a method without signs", () => {
  it("has a separate scale and describes influence", () => {
    open({ method: "saliency", shown_method: "saliency", scores: floats(2, 1, 0.5), selected: 0 });
    expect(find(".bw-legend")[0]?.textContent).toContain("influence on positive");
    expect(shown(".bw-against")).toEqual([]);
    expect(find(".bw-detail")[0]?.textContent).toMatch(/2\.00influence on positive/);
  });
});
