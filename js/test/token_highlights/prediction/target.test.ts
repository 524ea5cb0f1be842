import { describe, expect, it } from "vitest";
import { floats } from "../../shared/models.ts";
import { find, named, shown, usePage } from "../../shared/page.ts";
import { choose, open } from "../page.ts";

usePage();

describe("the class to explain", () => {
  const options = () =>
    [...(named("Class to explain") as HTMLSelectElement).options].map(({ text }) => text);

  it("is chosen in the list too, whose first entry follows the prediction again", () => {
    const { model } = open({ against: "negative", target: "positive", chosen_target: "positive" });
    expect((named("Class to explain") as HTMLSelectElement).value).toBe("positive");
    choose("Class to explain", "");
    expect(["chosen_target", "against"].map((name) => model.get(name))).toEqual(["", ""]);
    expect(find(".bw-stale")).toHaveLength(1);
    choose("Class to explain", "negative");
    expect(["chosen_target", "target"].map((name) => model.get(name))).toEqual([
      "negative",
      "negative",
    ]);
    expect(options()).toEqual(["predicted (positive)", "negative", "positive"]);
  });

  it("stays the same if the predicted class is chosen", () => {
    const { model } = open();
    choose("Class to explain", "positive");
    expect(model.get("chosen_target")).toBe("positive");
    expect(find(".bw-stale, .bw-computing")).toEqual([]);
  });

  it("cannot be chosen in a saved page, or if there is only one", () => {
    open({ _static: true, chosen_target: "positive" });
    expect(shown(".bw-bars-caption select")).toEqual([]);
    expect(find(".bw-bars-caption")[0]?.textContent).toMatch("explained for the marked class");
    open({ labels: ["positive"], probabilities: floats(1) });
    expect(shown(".bw-bars-caption select")).toEqual([]);
  });
});
