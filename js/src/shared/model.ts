/** The part of an anywidget model that the widgets use; the saved page supplies its own. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
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

export function setTrait(model: Model, name: string, value: unknown): void {
  model.set(name, value);
  model.save_changes();
}
