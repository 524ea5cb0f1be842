import { describe, expect, it } from "vitest";
import { find, named, usePage } from "../../shared/page.ts";
import { open } from "../page.ts";

usePage();

describe("the menu of methods", () => {
  it("lists family, cost and paper, and those that the model refuses last and disabled", () => {
    open({
      _methods: [
        ["deeplift", "DeepLift", "4 passes", 1, "relevance", "Shrikumar 2017", "No rule."],
        ["integrated_gradients", "Integrated gradients", "17 passes", 1, "gradients", "2017", ""],
        ["lime", "LIME", "", 1, "removal", "", ""],
      ],
    });
    const groups = find(".bw-toolbar optgroup") as HTMLOptGroupElement[];
    expect(groups.map(({ label, textContent }) => [label, textContent])).toEqual([
      ["Gradients", "Integrated gradients · 17 passes · 2017"],
      ["Removal", "LIME"],
      ["Not for this model", "DeepLift · 4 passes · Shrikumar 2017"],
    ]);
    const refused = groups[2]?.querySelector("option");
    expect([refused?.disabled, refused?.title]).toEqual([true, "Shrikumar 2017. No rule."]);
    expect((named("Method") as HTMLSelectElement).value).toBe("integrated_gradients");
  });
});
