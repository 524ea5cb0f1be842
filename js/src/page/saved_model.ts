import type { Model } from "../shared/model/model.ts";

export interface SavedWidget {
  bundle: string;
  state: Record<string, unknown>;
  /** Binary traits, by their path in the state. */
  buffers: { path: string[]; data: string }[];
  mount: string;
}

/** A model without a kernel: traits that can be read, set and watched. */
export function savedModel({ state, buffers }: SavedWidget): Model {
  const traits = new Map(Object.entries(state));
  for (const { path, data } of buffers) {
    const [trait] = path;
    if (trait !== undefined) traits.set(trait, decode(data));
  }
  const listeners = new Map<string, Set<() => void>>();
  const tell = (event: string): void => {
    for (const listener of [...(listeners.get(event) ?? [])]) listener();
  };
  return {
    get: (name) => traits.get(name),
    set: (name, value) => {
      if (traits.get(name) === value) return;
      traits.set(name, value);
      tell(`change:${name}`);
      tell("change");
    },
    save_changes: () => {},
    send: () => {},
    on: (event, listener) => {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
    },
    off: (event, listener) => {
      listeners.get(event)?.delete(listener);
    },
  };
}

function decode(base64: string): DataView {
  return new DataView(Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0)).buffer);
}

/** Sets the second trait to the value of the first and keeps them equal, as `ipywidgets.link` does. */
export function link(one: Model, trait: string, other: Model, otherTrait: string): void {
  other.set(otherTrait, one.get(trait));
  one.on(`change:${trait}`, () => other.set(otherTrait, one.get(trait)));
  other.on(`change:${otherTrait}`, () => one.set(trait, other.get(otherTrait)));
}
