import { describe, expect, it, vi } from "vitest";
import { commandsOf, figuresOf, makeHeader } from "../src/training/header.ts";
import { invitationOf } from "../src/training/invitation.ts";
import {
  aligned,
  epochMarks,
  fromZero,
  shareBounds,
  smoothed,
  valueAt,
} from "../src/training/series.ts";
import { PHASES, readTraining, type Training } from "../src/training/state.ts";
import { modelOf, trainingState } from "./models.ts";

const line = (steps: number[], values: number[]) => ({
  steps: Float64Array.from(steps),
  values: Float64Array.from(values),
});
const training = (changes: Record<string, unknown> = {}): Training =>
  readTraining(modelOf(trainingState(changes)));

describe("series", () => {
  it("share one axis, with gaps where a line has no finite value", () => {
    const { steps, values } = aligned([line([1, 2, 4], [9, Number.NaN, 7]), line([2, 3], [5, 6])]);
    expect(steps).toEqual([1, 2, 3, 4]);
    expect(values).toEqual([
      [9, null, null, 7],
      [null, 5, 6, null],
    ]);
    expect(aligned([])).toEqual({ steps: [], values: [] });
  });

  it("stay as they are when smoothed, where they are constant", () => {
    for (const value of smoothed(line([1, 2, 5, 90], [3, 3, 3, 3]), 4))
      expect(value).toBeCloseTo(3);
  });

  it("are smoothed within their bounds, with gaps left out", () => {
    const raw = [1, 0, Number.NaN, 1, 0, 1];
    const smooth = smoothed(line([1, 2, 3, 4, 5, 6], raw), 2);
    expect(smooth[0]).toBe(1);
    expect(smooth[2]).toBeNaN();
    for (const i of [1, 3, 4, 5]) {
      expect(smooth[i]).toBeGreaterThan(0);
      expect(smooth[i]).toBeLessThan(1);
    }
  });

  it("forget half within the half-life", () => {
    const many = Array.from({ length: 200 }, (_, i) => i);
    const jump = many.map((i) => (i < 190 ? 0 : 1));
    expect(smoothed(line(many, jump), 10)[199]).toBeCloseTo(0.5, 2);
  });

  it("give the last finite value at a step", () => {
    const data = line([1, 5, 9], [3, 4, Number.NaN]);
    expect([null, 0, 1, 6, 9].map((step) => valueAt(data, step))).toEqual([4, null, 3, 4, 4]);
  });
});

describe("axes", () => {
  it("mark the ends of epochs before the last, whole or not", () => {
    expect(epochMarks(90, 3)).toEqual([30, 60]);
    expect(epochMarks(100, 2.5)).toEqual([40, 80]);
    expect([epochMarks(0, 3), epochMarks(90, 1)]).toEqual([[], []]);
  });

  it("hold every value", () => {
    expect(fromZero(null, null)).toEqual([0, 1]);
    expect(fromZero(0.2, 2)[1]).toBeGreaterThan(2);
    for (const least of [0, 0.31, 0.5, 0.72, 0.99]) {
      const [from, to] = shareBounds(least, 1);
      expect(from).toBeLessThanOrEqual(least);
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBe(1);
    }
  });
});

describe("the header", () => {
  it("offers only what makes sense", () => {
    expect(PHASES.map((state) => commandsOf(training({ state })))).toEqual([
      ["start"],
      ["pause", "stop"],
      ["resume", "stop"],
      [],
      [],
      [],
      [],
    ]);
    expect(commandsOf(training({ _static: true }))).toEqual([]);
  });

  it("tells what is known", () => {
    expect(figuresOf(training())).toEqual([
      ["Step", "2 of 10"],
      ["Epoch", "0.4 of 2"],
      ["Examples/s", "31"],
      ["Elapsed", "20 s"],
      ["Time left", "1 min 15 s"],
    ]);
    expect(figuresOf(training({ state: "ready" }))).toEqual([
      ["Steps", "10"],
      ["Epochs", "2"],
    ]);
    expect(figuresOf(training({ seconds_left: null })).at(-1)).toEqual(["Time left", "estimating"]);
    expect(figuresOf(training({ state: "finished", epoch: 2 }))[1]).toEqual(["Epoch", "2 of 2"]);
  });

  it("sends a command once, and waits for the state to follow", () => {
    const sent: string[] = [];
    const header = makeHeader((command) => sent.push(command));
    document.body.replaceChildren(header.element);
    const buttons = () => [...header.element.querySelectorAll("button")];
    header.draw(training());
    expect(buttons().map((button) => button.textContent)).toEqual(["Pause", "Stop"]);
    buttons()[0]?.click();
    header.draw(training({ step: 3 }));
    buttons()[0]?.click();
    expect(sent).toEqual(["pause"]);
    expect(buttons().every((button) => button.disabled)).toBe(true);
    header.draw(training({ state: "paused" }));
    expect(buttons().map((button) => [button.textContent, button.disabled])).toEqual([
      ["Resume", false],
      ["Stop", false],
    ]);
    const progress = header.element.querySelector("[role=progressbar]");
    expect(progress?.getAttribute("aria-valuenow")).toBe("2");
  });

  it("leaves the place of the curves to words until there are any", () => {
    expect(invitationOf(training())).toBeNull();
    const none = { _train: null, _valid: null };
    expect(invitationOf(training({ ...none, state: "ready" }))?.[0]).toBe("Ready to train");
    expect(invitationOf(training({ ...none, state: "ready", _static: true }))?.[1]).not.toMatch(
      "Press",
    );
    expect(invitationOf(training(none))?.[0]).toBe("Warming up");
    expect(invitationOf(training({ ...none, state: "failed" }))?.[0]).toBe("No curves");
  });
});

describe("a pressed button", () => {
  it("waits for the state to follow, and can be pressed again if its message was lost", () => {
    vi.useFakeTimers();
    const sent: string[] = [];
    const header = makeHeader((command) => sent.push(command));
    header.draw(training({ state: "running" }));
    const pause = header.element.querySelector("button");
    pause?.click();
    pause?.click();
    expect(sent).toEqual(["pause"]);
    vi.advanceTimersByTime(3000);
    pause?.click();
    expect(sent).toEqual(["pause", "pause"]);
    header.draw(training({ state: "paused" }));
    expect(header.element.querySelector("button")?.textContent).toBe("Resume");
    vi.useRealTimers();
  });
});
