import { dropdown, h, setAttribute, setText } from "../../shared/dom.ts";
import type { Frame } from "../../shared/frame.ts";
import { setTrait } from "../../shared/model/model.ts";
import { differs } from "../../shared/model/read.ts";
import type { Training } from "../state.ts";
import type { Trait } from "../traits.ts";
import { makeFinder } from "./finder.ts";
import { makeNumberInput } from "./number_input.ts";
import type { Field, Value } from "./state.ts";

const MAIN = ["epochs", "learning_rate", "batch_tokens", "evaluate_every"];
/** The value of “none” in a list of choices. */
const NONE = "";

interface Control {
  element: HTMLElement;
  draw: (value: unknown) => void;
}

function makeControl(field: Field, commit: (value: Value) => void): Control {
  const { label, help, choices, optional } = field;
  const id = `bw-${Math.random().toString(36).slice(2)}`;
  const line = h("span", { class: "bw-help", id, "aria-live": "polite" }, help);
  const wrap = (input: HTMLElement, shown: HTMLElement, draw: Control["draw"]): Control => {
    // Otherwise the name would include the help, which is in the same label element.
    setAttribute(input, "aria-label", label);
    setAttribute(input, "aria-describedby", id);
    const name = h("span", { class: "bw-field-name" }, label);
    return { element: h("label", { class: "bw-form-field" }, name, shown, line), draw };
  };
  if (field.kind === "flag") {
    const input = h("input", { type: "checkbox" });
    input.addEventListener("change", () => commit(input.checked));
    const control = wrap(input, input, (value) => {
      input.checked = value === true;
    });
    control.element.classList.add("bw-flag");
    return control;
  }
  if (field.kind === "choice") {
    const list = dropdown(label, (choice) => commit(choice === NONE ? null : choice));
    const options = choices.map((choice) => [choice, choice.replace("_", " ")] as const);
    const none = optional ? [[NONE, "none"] as const] : [];
    return wrap(list.select, list.element, (value) => {
      const known = value === null || choices.includes(String(value));
      // The value in Python may be one that the form cannot express, such as a weight per class.
      const other = known ? [] : [[String(value), String(value)] as const];
      list.draw([...none, ...options, ...other], value === null ? NONE : String(value));
    });
  }
  const { input, draw } = makeNumberInput(() => field, {
    commit,
    complain: (problem) => {
      setText(line, problem || help);
      line.classList.toggle("bw-complaint", problem !== "");
    },
  });
  return wrap(input, input, draw);
}

/** The form for the settings of a run before it starts, made from their description. */
export function makeForm(
  frame: Frame<Trait>,
  search: { find: () => void; cancel: () => void },
): {
  element: HTMLElement;
  draw: (state: Training) => void;
} {
  const main = h("div", { class: "bw-fields" });
  const rest = h("div", { class: "bw-fields" });
  const more = h("details", { class: "bw-more" }, h("summary", {}, "More settings"), rest);
  let values: Readonly<Record<string, unknown>> = {};
  const set = (name: string, value: Value): void => {
    values = { ...values, [name]: value };
    setTrait(frame.model, "values", values);
  };
  const finder = makeFinder(frame, { ...search, use: (rate) => set("learning_rate", rate) });
  const element = h("div", { class: "bw-form" }, main, finder.element, more);
  const listed = differs();
  let controls = new Map<string, Control>();

  const draw = (state: Training): void => {
    const { form } = state;
    ({ values } = form);
    if (listed(JSON.stringify(form.fields))) {
      controls = new Map(
        form.fields.map((field) => [
          field.name,
          makeControl(field, (value) => set(field.name, value)),
        ]),
      );
      const elements = (chosen: boolean): HTMLElement[] =>
        [...controls].flatMap(([name, { element: control }]) =>
          MAIN.includes(name) === chosen ? [control] : [],
        );
      main.replaceChildren(...elements(true));
      rest.replaceChildren(...elements(false));
      more.hidden = rest.childElementCount === 0;
    }
    for (const [name, control] of controls) control.draw(values[name] ?? null);
    finder.draw(form);
  };
  return { element, draw };
}
