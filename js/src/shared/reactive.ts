import { effect } from "@preact/signals-core";

/** Calls `draw` now and whenever a signal that it reads has changed, until the view closes. */
export function follow(closing: AbortSignal, draw: () => void): void {
  if (closing.aborted) return;
  closing.addEventListener("abort", effect(draw), { once: true });
}
