import { describe, expect, it, vi } from "vitest";
import { commandsOf } from "../../../src/training_panel/header/buttons.ts";
import { figuresOf, makeHeader } from "../../../src/training_panel/header/header.ts";
import { PHASES, type Training, trainingReader } from "../../../src/training_panel/state.ts";
import { modelOf, trainingState } from "../../shared/models.ts";

const training = (changes: Record<string, unknown> = {}): Training =>
  trainingReader()(modelOf(trainingState(changes)));

function header() {
  const sent: unknown[] = [];
  const made = makeHeader({
    send: (command) => sent.push(command),
    show: (run) => sent.push(["show", run]),
    setRate: (rate) => sent.push(["rate", rate]),
  });
  document.body.replaceChildren(made.element);
  const buttons = () => [...made.element.querySelectorAll("button")];
  const press = (name: string) =>
    buttons()
      .find((element) => element.textContent === name)
      ?.click();
  return { ...made, sent, buttons, press };
}

describe("the header", () => {
  it("offers only what makes sense", () => {
    const open = ["save", "stop_after_epoch"];
    expect(PHASES.map((state) => commandsOf(training({ state })))).toEqual([
      ["start"],
      ["pause", "stop", ...open],
      ["resume", "stop", ...open],
      [],
      [],
      [],
      [],
    ]);
    expect(commandsOf(training({ _static: true }))).toEqual([]);
    expect(commandsOf(training({ can_save: false }))).not.toContain("save");
  });

  it("shows the known figures", () => {
    expect(figuresOf(training())).toEqual([
      ["Step", "2 of 10"],
      ["Epoch", "0.4 of 2"],
      ["Examples/s", "31"],
      ["Memory", "612 MB"],
      ["Elapsed", "20 s"],
      ["Time left", "1 min 15 s"],
    ]);
    expect(figuresOf(training({ state: "ready" }))).toEqual([
      ["Steps", "10"],
      ["Epochs", "2"],
    ]);
    expect(figuresOf(training({ seconds_left: null })).at(-1)).toEqual(["Time left", "estimating"]);
    expect(figuresOf(training({ state: "finished", epoch: 2 }))[1]).toEqual(["Epoch", "2 of 2"]);
    expect(figuresOf(training({ memory: 12_345 }))[3]).toEqual(["Memory", "12.3 GB"]);
  });

  it("shows the phase of a saved copy, or without a kernel", () => {
    const { element, draw } = header();
    const chip = () => element.querySelector<HTMLElement>(".bw-chip");
    const statusText = (state: string) => {
      draw(training({ state, _static: true }));
      return [chip()?.textContent, chip()?.dataset["phase"]];
    };
    expect(statusText("running")).toEqual(["Was training", "stopped"]);
    expect(statusText("paused")).toEqual(["Was paused", "stopped"]);
    expect(statusText("stopping")).toEqual(["Was stopping", "stopped"]);
    expect(statusText("finished")).toEqual(["Finished", "finished"]);
    expect(figuresOf(training({ _static: true })).at(-1)).toEqual(["Elapsed", "20 s"]);
    draw(training({ state: "running" }));
    expect(chip()?.textContent).toBe("Training");
  });

  it("sends a command once, and waits for the state to follow", () => {
    const { draw, sent, buttons, press, element } = header();
    draw(training());
    expect(buttons().map((button) => button.textContent)).toEqual([
      "Pause",
      "Stop",
      "Save now",
      "Stop after this epoch",
    ]);
    press("Pause");
    draw(training({ step: 3 }));
    press("Pause");
    press("Stop");
    expect(sent).toEqual(["pause"]);
    draw(training({ state: "paused" }));
    expect(buttons().map((button) => [button.textContent, button.disabled])).toEqual([
      ["Resume", false],
      ["Stop", false],
      ["Save now", false],
      ["Stop after this epoch", false],
    ]);
    const progress = element.querySelector("[role=progressbar]");
    expect(progress?.getAttribute("aria-valuenow")).toBe("2");
  });

  it("keeps the other buttons enabled after a less prominent one, and shows that the run will stop", () => {
    const { draw, sent, press, buttons } = header();
    draw(training());
    press("Stop after this epoch");
    press("Stop after this epoch");
    press("Save now");
    press("Stop");
    expect(sent).toEqual(["stop_after_epoch", "save", "stop"]);
    draw(training({ stops_after_epoch: true }));
    const pressed = buttons().map((button) => button.getAttribute("aria-pressed"));
    expect(pressed).toEqual([null, null, null, "true"]);
  });

  it("can be pressed again if its message was lost, and says that there is no answer", () => {
    vi.useFakeTimers();
    const { draw, sent, press, element } = header();
    const statusText = () => element.querySelector(".bw-complaint")?.textContent;
    draw(training());
    press("Pause");
    press("Pause");
    expect(sent).toEqual(["pause"]);
    expect(statusText()).toBe("");
    vi.advanceTimersByTime(3000);
    expect(statusText()).toMatch("The kernel has not answered");
    expect(statusText()).toMatch("If a cell is running, this is done when the cell ends");
    press("Pause");
    expect(sent).toEqual(["pause", "pause"]);
    draw(training({ state: "paused" }));
    expect(statusText()).toBe("");
    vi.advanceTimersByTime(3000);
    expect(statusText()).toBe("");
    vi.useRealTimers();
  });

  it("accepts only valid learning rates", () => {
    const { draw, sent, element } = header();
    draw(training());
    const field = element.querySelector("input") as HTMLInputElement;
    const enter = (text: string) => {
      field.value = text;
      field.dispatchEvent(new Event("input"));
      field.dispatchEvent(new Event("change"));
    };
    expect(field.value).toBe("2e-5");
    enter("2");
    expect(sent).toEqual([]);
    expect(element.querySelector(".bw-complaint")?.textContent).toMatch("above 0 and at most 1");
    enter("3e-5");
    expect(sent).toEqual([["rate", 3e-5]]);
    field.value = "4e-5"; // a host may keep the change that Enter brings
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    expect(sent.at(-1)).toEqual(["rate", 4e-5]);
    expect(element.querySelector(".bw-complaint")?.textContent).toBe("");
    draw(training({ learning_rate: 2e-5 }));
    expect(field.value).toBe("2e-5");
  });

  it("does not change the field during typing", () => {
    const { draw, element } = header();
    draw(training());
    const field = element.querySelector("input") as HTMLInputElement;
    field.value = "1e-";
    field.dispatchEvent(new Event("input"));
    draw(training({ learning_rate: 4e-5 }));
    expect(field.value).toBe("1e-");
  });

  it("names the run if there are several", () => {
    const { draw, element, sent } = header();
    const two = { runs: ["a", "b"], shown: 1 };
    draw(training(two));
    const list = element.querySelector("select") as HTMLSelectElement;
    expect(list.value).toBe("1");
    list.value = "0";
    list.dispatchEvent(new Event("change"));
    expect(sent).toEqual([["show", 0]]);
  });
});
