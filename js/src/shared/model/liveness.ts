import type { Model } from "./model.ts";

/** The event of a host that gains or loses the connection to the kernel. */
export const LIVENESS = "comm_live_update";

/**
 * The model, which is also static where a notebook was reopened without its kernel.
 *
 * Hosts do not tell whether a widget is still connected to a kernel, but its layout, which is one of
 * their own models, is connected exactly as long as the widget is.
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
