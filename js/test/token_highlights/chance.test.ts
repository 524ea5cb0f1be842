import { describe, expect, it } from "vitest";
import { leastScale } from "../../src/token_highlights/chance.ts";
import { floats } from "../shared/models.ts";
import { find, usePage } from "../shared/page.ts";
import { open } from "./page.ts";

usePage();

const scale = (shares: number[], changes = {}) =>
  leastScale({
    probabilities: Float32Array.from(shares),
    multiLabel: false,
    output: "logit",
    ...changes,
  });

describe("the colours of a prediction at chance", () => {
  it.each([
    [[0.5, 0.5], 0.5],
    [[0.54, 0.46], 0.5],
    [[0.6, 0.4], 0],
    [new Array(28).fill(1 / 28), 0.5],
    [[1], 0],
  ])("of %j reach to %f at least", (shares, least) => {
    expect(scale(shares)).toBe(least);
  });

  it("depend on each label where there are several", () => {
    expect(scale([0.49, 0.51, 0.55], { multiLabel: true, output: "probability" })).toBe(0.1);
    expect(scale([0.49, 0.51, 0.6], { multiLabel: true })).toBe(0);
    expect(leastScale({ probabilities: null, multiLabel: true, output: "logit" })).toBe(0);
  });

  it("are faint, and the legend has the same scale", () => {
    const faint = { scores: floats(0.005, -0.004, 0), token_scores: floats(0.005, -0.004, 0, 0) };
    open({ ...faint, probabilities: floats(0.5, 0.5) });
    expect(find(".bw-ramp-numbers")[0]?.textContent).toBe("−0.5000+0.500");
    open({ ...faint, probabilities: floats(0.9, 0.1) });
    expect(find(".bw-ramp-numbers")[0]?.textContent).toBe("−0.005000+0.00500");
  });
});
