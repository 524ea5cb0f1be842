import type { Model } from "./model.ts";

/** The event of a host that gains or loses the connection to the kernel. */
export const LIVENESS = "comm_live_update";

/** JupyterLab's signal of the states of a kernel. */
interface Signal {
  connect(slot: () => void): unknown;
  disconnect(slot: () => void): unknown;
}

/**
 * The model, which is also static where a notebook was reopened without its kernel.
 *
 * Hosts do not tell whether a widget is still connected to a kernel, but its layout, which is one of
 * their own models, is connected exactly as long as the widget is. JupyterLab marks it as cut when a
 * kernel restarts. Of a kernel that has ended for good, only the objects behind the layout know.
 */
export function followLiveness(model: Model): Model {
  const layout = (): unknown => model.get("layout");
  const isCut = (): boolean =>
    within(layout(), "comm_live") === false ||
    within(layout(), "comm", "jsServicesComm", "isDisposed") === true;
  const status = within(layout(), "widget_manager", "kernel", "statusChanged");
  const kernelStatus = isSignal(status) ? status : null;
  return {
    get: (name) => (name === "_static" && isCut()) || model.get(name),
    set: (name, value) => model.set(name, value),
    save_changes: () => model.save_changes(),
    on: (event, callback) => {
      model.on(event, callback);
      if (event === LIVENESS) kernelStatus?.connect(callback);
    },
    off: (event, callback) => {
      model.off(event, callback);
      if (event === LIVENESS) kernelStatus?.disconnect(callback);
    },
    send: (content) => model.send(content),
  };
}

/** What lies under names one after another, undefined where there is nothing. */
function within(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (inner, name) =>
      typeof inner === "object" && inner !== null ? Reflect.get(inner, name) : undefined,
    value,
  );
}

function isSignal(value: unknown): value is Signal {
  const has = (name: string): boolean => typeof within(value, name) === "function";
  return has("connect") && has("disconnect");
}
