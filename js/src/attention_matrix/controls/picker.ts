import { h, icon, setText } from "../../shared/dom.ts";

interface PickerState {
  /** -1 for all. */
  chosen: number;
  count: number;
  /** The name of the choice -1. */
  all: string;
  disabled: boolean;
  /** Whether a choice cannot be shown, as in a saved copy without its data. */
  missing: (choice: number) => boolean;
}

/** Chooses one of `count`, numbered from 0 as in Python, or all: a list between two step buttons. */
export function makePicker(
  name: string,
  choose: (choice: number) => void,
): { element: HTMLElement; draw: (state: PickerState) => void } {
  const select = h("select", { "aria-label": name });
  const step = (direction: "previous" | "next"): HTMLButtonElement => {
    const label = `${direction === "next" ? "Next" : "Previous"} ${name.toLowerCase()}`;
    return h("button", { type: "button", "aria-label": label, title: label }, icon(direction));
  };
  const [previous, next] = [step("previous"), step("next")];
  const total = h("span", { class: "bw-note bw-number" });
  const stepper = h("span", { class: "bw-stepper" }, previous, select, next);
  const element = h("label", { class: "bw-picker" }, h("span", {}, name), stepper, total);
  let state: PickerState = {
    chosen: 0,
    count: 0,
    all: "",
    disabled: false,
    missing: () => false,
  };
  let options = "";

  const reachable = (by: 1 | -1): number | null => {
    for (let i = state.chosen + by; i >= 0 && i < state.count; i += by) {
      if (!state.missing(i)) return i;
    }
    return null;
  };
  const go = (by: 1 | -1): void => {
    const choice = reachable(by);
    if (choice !== null) choose(choice);
  };
  select.addEventListener("change", () => choose(Number(select.value)));
  previous.addEventListener("click", () => go(-1));
  next.addEventListener("click", () => go(1));

  const draw = (drawn: PickerState): void => {
    state = drawn;
    const key = `${drawn.count} ${drawn.all}`;
    if (options !== key) {
      options = key;
      select.replaceChildren(
        h("option", { value: -1 }, drawn.all),
        ...Array.from({ length: drawn.count }, (_, i) => h("option", { value: i }, String(i))),
      );
    }
    Array.from(select.options).forEach((option) => {
      option.disabled = drawn.missing(Number(option.value));
    });
    select.value = String(drawn.chosen);
    select.disabled = drawn.disabled;
    previous.disabled = drawn.disabled || reachable(-1) === null;
    next.disabled = drawn.disabled || reachable(1) === null;
    setText(total, `of 0 to ${drawn.count - 1}`);
  };
  return { element, draw };
}
