import { button, h, icon, setAttribute, setText } from "../../shared/dom.ts";
import { count } from "../../shared/format.ts";

const PAUSE_MS = 400;

/** The snapshot that is shown: the latest unless another one was chosen. */
export function snapshotAt(chosen: number | null, snapshots: number): number {
  return Math.min(chosen ?? snapshots - 1, snapshots - 1);
}

/** The value to store for a chosen snapshot: null for the last one, so that the view follows the history as it grows. */
export function chosenAt(snapshot: number, snapshots: number): number | null {
  return snapshot >= snapshots - 1 ? null : Math.max(0, snapshot);
}

export interface Player {
  element: HTMLElement;
  draw: (steps: Int32Array, chosen: number | null) => void;
}

/** A slider over the snapshots with buttons to step and, unless the reader prefers reduced motion, to play. */
export function makePlayer(signal: AbortSignal, choose: (snapshot: number | null) => void): Player {
  const slider = h("input", {
    type: "range",
    min: 0,
    step: 1,
    "aria-label": "Step of the probe history",
  });
  const step = h("span", { class: "bw-number bw-snapshot-step", "aria-live": "off" });
  let snapshots = 0;
  let shown = 0;
  const show = (snapshot: number): void => choose(chosenAt(Math.max(0, snapshot), snapshots));
  const play = makePlayButton(signal, {
    isAtEnd: () => shown >= snapshots - 1,
    rewind: () => show(0),
    advance: () => show(shown + 1),
  });
  const move = (by: number) => (): void => {
    play.stop();
    show(shown + by);
  };
  const back = button("", move(-1), { icon: "previous", name: "Previous step" });
  const forward = button("", move(1), { icon: "next", name: "Next step" });
  slider.addEventListener("input", () => {
    play.stop();
    show(Number(slider.value));
  });

  const draw = (steps: Int32Array, chosen: number | null): void => {
    snapshots = steps.length;
    shown = snapshotAt(chosen, snapshots);
    const text = `step ${count(steps[shown] ?? 0)}`;
    slider.max = String(Math.max(0, snapshots - 1));
    slider.value = String(shown);
    setAttribute(slider, "aria-valuetext", text);
    setText(step, text);
    slider.disabled = snapshots < 2;
    play.element.disabled = snapshots < 2;
    back.disabled = shown <= 0;
    forward.disabled = shown >= snapshots - 1;
  };
  const element = h("div", { class: "bw-player" }, back, play.element, forward, slider, step);
  return { element, draw };
}

interface Playing {
  isAtEnd: () => boolean;
  rewind: () => void;
  advance: () => void;
}

/** Plays to the end, from the beginning if it is there already; hidden for readers who prefer reduced motion. */
function makePlayButton(
  signal: AbortSignal,
  { isAtEnd, rewind, advance }: Playing,
): { element: HTMLButtonElement; stop: () => void } {
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  let timer = 0;
  const label = (): void => {
    const isPlaying = timer !== 0;
    element.replaceChildren(icon(isPlaying ? "pause" : "play"));
    setAttribute(
      element,
      "aria-label",
      isPlaying ? "Pause the probe history" : "Play the probe history",
    );
    element.hidden = reducedMotion.matches;
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = 0;
    label();
  };
  const start = (): void => {
    if (isAtEnd()) rewind();
    timer = setInterval(() => {
      if (isAtEnd()) stop();
      else advance();
    }, PAUSE_MS);
    label();
  };
  const element = button("", () => (timer === 0 ? start() : stop()));
  reducedMotion.addEventListener("change", stop, { signal });
  signal.addEventListener("abort", stop);
  label();
  return { element, stop };
}
