import { h, icon, setText } from "../shared/dom.ts";

interface PickerState {
  chosen: number;
  count: number;
  /** Choices that cannot be shown, as in a saved copy that lacks their data. */
  missing: (choice: number) => boolean;
}

/** Chooses one of `count`, shown from one on: a list between two steppers. */
export function makePicker(
  name: string,
  choose: (choice: number) => void,
): { element: HTMLElement; draw: (state: PickerState) => void } {
  const select = h("select", { "aria-label": name });
  const step = (direction: "previous" | "next"): HTMLButtonElement =>
    h(
      "button",
      {
        type: "button",
        "aria-label": `${direction === "next" ? "Next" : "Previous"} ${name.toLowerCase()}`,
      },
      icon(direction),
    );
  const [previous, next] = [step("previous"), step("next")];
  const total = h("span", { class: "bw-note bw-number" });
  const stepper = h("span", { class: "bw-stepper" }, previous, select, next);
  const element = h("label", { class: "bw-picker" }, h("span", {}, name), stepper, total);
  let state: PickerState = { chosen: 0, count: 0, missing: () => false };
  let options = 0;

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
    if (options !== drawn.count) {
      options = drawn.count;
      select.replaceChildren(
        ...Array.from({ length: drawn.count }, (_, i) => h("option", { value: i }, String(i + 1))),
      );
    }
    Array.from(select.options).forEach((option, i) => {
      option.disabled = drawn.missing(i);
    });
    select.value = String(drawn.chosen);
    previous.disabled = reachable(-1) === null;
    next.disabled = reachable(1) === null;
    setText(total, `of ${drawn.count}`);
  };
  return { element, draw };
}
