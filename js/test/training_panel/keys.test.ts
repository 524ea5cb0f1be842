import { describe, expect } from "vitest";
import type { Model } from "../../src/shared/model/model.ts";
import { KEYS } from "../../src/training_panel/keys.ts";
import panel from "../../src/training_panel.ts";
import { testKeys } from "../shared/keys.ts";
import { floats, modelOf, trainingState } from "../shared/models.ts";
import { find, press, render, usePage } from "../shared/page.ts";

usePage();

const STEPS = Array.from({ length: 40 }, (_, i) => [0, i + 1, 0.9, 0.9, 2e-5, 1]).flat();

function open(changes: Record<string, unknown> = {}): Model {
  const model = modelOf(trainingState(changes));
  render(panel, model);
  return model;
}

function tabs(...steps: [key: string, view: string][]): void {
  const model = open({ view: "probes" });
  find('[role="tab"]')[1]?.focus();
  for (const [key, view] of steps) {
    press(document.activeElement, key);
    expect(model.get("view")).toBe(view);
  }
}

const curve = () => find(".bw-chart-loss .bw-over")[0];
const step = () => find(".bw-chart-loss .bw-legend-step")[0]?.textContent;
const whole = () => find("button").find(({ textContent }) => textContent === "Whole run");
const map = () => find('.bw-map [role="application"]')[0];

describe("the help of the panel", () => {
  testKeys(KEYS, open, {
    "Tabs: ← →": () => tabs(["ArrowRight", "data"], ["ArrowLeft", "probes"]),
    "Tabs: Home, End": () => tabs(["End", "notes"], ["Home", "curves"]),
    "Loss curve: ← →": () => {
      open({ _train: floats(...STEPS), total_steps: 40 });
      press(curve(), "ArrowLeft");
      press(curve(), "ArrowLeft");
      const before = step();
      press(curve(), "ArrowLeft");
      press(curve(), "ArrowRight");
      expect(step()).toBe(before);
      press(curve(), "ArrowLeft", { shiftKey: true });
      const back = (text = "") => Number(text.replace("step ", ""));
      expect(back(before ?? "") - back(step() ?? "")).toBe(10);
    },
    "Loss curve: + −": () => {
      open({ _train: floats(...STEPS), total_steps: 40, step: 40 });
      const disabled = () => (whole() as HTMLButtonElement).disabled;
      expect(disabled()).toBe(true);
      press(curve(), "+");
      expect(disabled()).toBe(false);
      press(curve(), "-");
      expect(disabled()).toBe(true);
    },
    "Loss curve: Escape": () => {
      open({ _train: floats(...STEPS), total_steps: 40, step: 40 });
      press(curve(), "+");
      press(curve(), "Escape");
      expect((whole() as HTMLButtonElement).disabled).toBe(true);
    },
    "Probes: ← →": () => {
      const model = open({ view: "probes" });
      // The browser turns the keys into an input of the slider.
      const slider = find('.bw-player input[type="range"]')[0] as HTMLInputElement;
      slider.value = "0";
      slider.dispatchEvent(new Event("input"));
      expect(model.get("snapshot")).toBe(0);
    },
    "Data map: Arrow keys": () => {
      const model = open({ view: "data" });
      press(map(), "ArrowRight");
      const [left = 0] = model.get("brush") as number[];
      press(map(), "ArrowRight");
      expect((model.get("brush") as number[])[0]).toBeGreaterThan(left);
    },
    "Data map: Shift + arrow keys": () => {
      const model = open({ view: "data" });
      press(map(), "ArrowRight");
      const [left, end = 0] = model.get("brush") as number[];
      press(map(), "ArrowRight", { shiftKey: true });
      expect((model.get("brush") as number[])[0]).toBe(left);
      expect((model.get("brush") as number[])[1]).toBeGreaterThan(end);
    },
    "Data map: Escape": () => {
      const model = open({ view: "data" });
      press(map(), "ArrowRight");
      press(map(), "Escape");
      expect(model.get("brush")).toEqual([]);
    },
  });
});
