/** How often Python hears that the page keeps up; Python sends ten states a second. */
const EVERY_MS = 2000;

/**
 * Tells Python, after a state was drawn, that it was: states are sent more and more rarely to a page
 * that is hidden, busy or closed, which would have to keep or read them all.
 */
export function makeKeepingUp(say: () => void, signal: AbortSignal): () => void {
  let timer = 0;
  let last = Number.NEGATIVE_INFINITY;
  signal.addEventListener("abort", () => clearTimeout(timer));
  return () => {
    if (timer !== 0) return;
    timer = setTimeout(
      () => {
        timer = 0;
        last = performance.now();
        say();
      },
      Math.max(0, last + EVERY_MS - performance.now()),
    );
  };
}
