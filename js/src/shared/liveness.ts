import type { Model } from "./model.ts";

/** Comes when the host gains or loses the kernel's end of its models. */
export const LIVENESS = "comm_live_update";

/**
 * The model, static also where a notebook was opened again whose kernel is gone.
 *
 * Hosts keep to themselves whether a widget still has a kernel, but not of its layout, which is a
 * model of theirs and comes and goes with it.
 */
export function followLiveness(model: Model): Model {
  const isCut = (): boolean => {
    const layout = model.get("layout");
    return (
      typeof layout === "object" && layout !== null && Reflect.get(layout, "comm_live") === false
    );
  };
  return {
    get: (name) => (name === "_static" && isCut()) || model.get(name),
    set: (name, value) => model.set(name, value),
    save_changes: () => model.save_changes(),
    on: (event, callback) => model.on(event, callback),
    off: (event, callback) => model.off(event, callback),
    send: (content) => model.send(content),
  };
}
