import { expect, it } from "vitest";
import { followLiveness } from "../../../src/shared/model/liveness.ts";
import { modelOf } from "../models.ts";

it.each([
  [{ _static: false, layout: { comm_live: true } }, false],
  [{ _static: false, layout: { comm_live: false } }, true],
  [{ _static: true, layout: { comm_live: true } }, true],
  [{ _static: false, layout: "IPY_MODEL_1" }, false],
  [{ _static: false }, false],
])("a model %j is static: %s", (state, expected) => {
  const model = followLiveness(modelOf(state));
  expect(model.get("_static")).toBe(expected);
});

it("leaves every other trait as it is", () => {
  const model = followLiveness(modelOf({ busy: false, layout: { comm_live: false } }));
  expect(model.get("busy")).toBe(false);
});
