import { describe, expect, it } from "vitest";
import { listedBars } from "../../../src/token_highlights/prediction/listed.ts";
import { floats } from "../../shared/models.ts";
import { find, named, press, set, shown, usePage } from "../../shared/page.ts";
import { open } from "../page.ts";

usePage();

const LABELS = Array.from({ length: 77 }, (_, i) => `class ${i}`);
const CHANCES = LABELS.map((_, i) => (i === 40 ? 0.5 : i === 3 ? 0.3 : 0.2 / 75));
const MANY = {
  labels: LABELS,
  probabilities: floats(...CHANCES),
  target: "class 40",
  chosen_target: "",
  class_scores: floats(),
};
const names = () => find(".bw-bar-label").map(({ textContent }) => textContent);

describe("many classes", () => {
  it("have bars for the likeliest and the explained one, the others are folded", () => {
    const { model } = open(MANY);
    expect(names().slice(0, 2)).toEqual(["class 40", "class 3"]);
    expect(names()).toHaveLength(6);
    expect(shown("button").some(({ textContent }) => textContent === "71 more classes")).toBe(true);
    set(model, { target: "class 76", chosen_target: "class 76" });
    expect(names()).toHaveLength(6);
    expect(names().at(-1)).toBe("class 76");
  });

  it("are all listed and searched when they are unfolded", () => {
    const { model } = open(MANY);
    named("71 more classes")?.click();
    expect(names()).toHaveLength(77);
    const field = shown('input[aria-label="Search classes"]')[0] as HTMLInputElement;
    field.value = "CLASS 7";
    field.dispatchEvent(new Event("input"));
    expect(names()).toEqual(["class 7", ...[0, 1, 2, 3, 4, 5, 6].map((i) => `class 7${i}`)]);
    find('[role="radio"]')[1]?.click();
    expect(model.get("target")).toBe("class 70");
    press(find('[role="radio"]')[1], "ArrowDown");
    expect(model.get("target")).toBe("class 71");
    named("Fewer classes")?.click();
    expect(names()).toHaveLength(6);
  });

  it("keep the order of the model where they are few", () => {
    const probabilities = Float32Array.of(0.1, 0.7, 0.2);
    const few = { labels: ["a", "b", "c"], probabilities, target: "c" };
    expect(listedBars(few, false, "")).toEqual([0, 1, 2]);
  });
});
