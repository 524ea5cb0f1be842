import { expect, it, vi } from "vitest";
import { followLiveness, LIVENESS } from "../../../src/shared/model/liveness.ts";
import { modelOf } from "../models.ts";

it.each([
  [{ _static: false, layout: { comm_live: true } }, false],
  [{ _static: false, layout: { comm_live: false } }, true],
  [{ _static: true, layout: { comm_live: true } }, true],
  [{ layout: { comm_live: true, comm: { jsServicesComm: { isDisposed: true } } } }, true],
  [{ _static: false, layout: { comm_live: true, comm: { jsServicesComm: {} } } }, false],
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

it("tells of a new state of the kernel until nobody listens any more", () => {
  const slots = new Set<() => void>();
  const statusChanged = {
    connect: (slot: () => void) => slots.add(slot),
    disconnect: (slot: () => void) => slots.delete(slot),
  };
  const model = followLiveness(
    modelOf({ layout: { widget_manager: { kernel: { statusChanged } } } }),
  );
  const told = vi.fn();
  model.on("change:busy", told);
  expect(slots).toHaveLength(0);
  model.on(LIVENESS, told);
  for (const slot of slots) slot();
  expect(told).toHaveBeenCalledOnce();
  model.off(LIVENESS, told);
  expect(slots).toHaveLength(0);
});
