/**
 * The part of an anywidget model that the widgets use; the saved page supplies its own.
 *
 * These two are properties, not methods, so that the compiler rejects a name that is not a `Trait`.
 */
export interface Model<Trait extends string = string> {
  get: (name: Trait) => unknown;
  set: (name: Trait, value: unknown) => void;
  save_changes(): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
  send(content: unknown): void;
}

export interface RenderContext {
  model: Model;
  el: HTMLElement;
  signal?: AbortSignal;
}

export function setTrait<T extends string>(model: Model<T>, name: T, value: unknown): void {
  model.set(name, value);
  model.save_changes();
}
