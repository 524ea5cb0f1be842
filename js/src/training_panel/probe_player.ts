import { button, h, icon, setAttribute, setText } from "../shared/dom.ts";
import { count } from "../shared/format.ts";

const FRAME_MS = 400;

/** The frame that is shown: the latest unless another one was chosen. */
export function frameAt(chosen: number | null, frames: number): number {
  return Math.min(chosen ?? frames - 1, frames - 1);
}

/** What to remember of a chosen frame: the last one means to follow the film as it grows. */
export function chosenAt(frame: number, frames: number): number | null {
  return frame >= frames - 1 ? null : Math.max(0, frame);
}

/** A slider over the frames with buttons to step and, where motion is welcome, to play. */
export function makePlayer(
  signal: AbortSignal,
  choose: (frame: number | null) => void,
): { element: HTMLElement; draw: (steps: Int32Array, chosen: number | null) => void } {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const slider = h("input", { type: "range", min: 0, step: 1, "aria-label": "Frame of the film" });
  const at = h("span", { class: "bw-number bw-film-step", "aria-live": "off" });
  let frames = 0;
  let shown = 0;
  let timer = 0;
  const go = (frame: number): void => choose(chosenAt(Math.max(0, frame), frames));
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
    if (shown >= frames - 1) go(0);
    timer = setInterval(() => {
      if (shown >= frames - 1) stop();
      else go(shown + 1);
    }, FRAME_MS);
    label();
  };
  const step = (by: number) => (): void => {
    stop();
    go(shown + by);
  };
  const back = button("", step(-1), { icon: "previous", name: "Previous frame" });
  const play = button("", toggle);
  const on = button("", step(1), { icon: "next", name: "Next frame" });
  const label = (): void => {
    play.replaceChildren(icon(timer === 0 ? "play" : "pause"));
    setAttribute(play, "aria-label", timer === 0 ? "Play the film" : "Pause the film");
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
    frames = steps.length;
    shown = frameAt(chosen, frames);
    const text = `step ${count(steps[shown] ?? 0)}`;
    slider.max = String(Math.max(0, frames - 1));
    slider.value = String(shown);
    setAttribute(slider, "aria-valuetext", text);
    setText(at, text);
    slider.disabled = frames < 2;
    play.disabled = frames < 2;
    back.disabled = shown <= 0;
    on.disabled = shown >= frames - 1;
  };
  return { element: h("div", { class: "bw-player" }, back, play, on, slider, at), draw };
}
