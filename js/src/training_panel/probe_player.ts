import { button, h, icon, setAttribute, setText } from "../shared/dom.ts";
import { count } from "../shared/format.ts";

const PAUSE_MS = 400;

/** The snapshot that is shown: the latest unless another one was chosen. */
export function snapshotAt(chosen: number | null, snapshots: number): number {
  return Math.min(chosen ?? snapshots - 1, snapshots - 1);
}

/** What to remember of a chosen snapshot: the last one means to follow the history as it grows. */
export function chosenAt(snapshot: number, snapshots: number): number | null {
  return snapshot >= snapshots - 1 ? null : Math.max(0, snapshot);
}

/** A slider over the snapshots with buttons to step and, where motion is welcome, to play. */
export function makePlayer(
  signal: AbortSignal,
  choose: (snapshot: number | null) => void,
): { element: HTMLElement; draw: (steps: Int32Array, chosen: number | null) => void } {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const slider = h("input", {
    type: "range",
    min: 0,
    step: 1,
    "aria-label": "Step of the probe history",
  });
  const at = h("span", { class: "bw-number bw-snapshot-step", "aria-live": "off" });
  let snapshots = 0;
  let shown = 0;
  let timer = 0;
  const go = (snapshot: number): void => choose(chosenAt(Math.max(0, snapshot), snapshots));
  const stop = (): void => {
    clearInterval(timer);
    timer = 0;
    label();
  };
  const toggle = (): void => {
    if (timer !== 0) {
      stop();
      return;
    }
    if (shown >= snapshots - 1) go(0);
    timer = setInterval(() => {
      if (shown >= snapshots - 1) stop();
      else go(shown + 1);
    }, PAUSE_MS);
    label();
  };
  const step = (by: number) => (): void => {
    stop();
    go(shown + by);
  };
  const back = button("", step(-1), { icon: "previous", name: "Previous step" });
  const play = button("", toggle);
  const on = button("", step(1), { icon: "next", name: "Next step" });
  const label = (): void => {
    play.replaceChildren(icon(timer === 0 ? "play" : "pause"));
    setAttribute(
      play,
      "aria-label",
      timer === 0 ? "Play the probe history" : "Pause the probe history",
    );
    play.hidden = still.matches;
  };
  slider.addEventListener("input", () => {
    stop();
    go(Number(slider.value));
  });
  still.addEventListener("change", stop, { signal });
  signal.addEventListener("abort", stop);
  label();

  const draw = (steps: Int32Array, chosen: number | null): void => {
    snapshots = steps.length;
    shown = snapshotAt(chosen, snapshots);
    const text = `step ${count(steps[shown] ?? 0)}`;
    slider.max = String(Math.max(0, snapshots - 1));
    slider.value = String(shown);
    setAttribute(slider, "aria-valuetext", text);
    setText(at, text);
    slider.disabled = snapshots < 2;
    play.disabled = snapshots < 2;
    back.disabled = shown <= 0;
    on.disabled = shown >= snapshots - 1;
  };
  return { element: h("div", { class: "bw-player" }, back, play, on, slider, at), draw };
}
