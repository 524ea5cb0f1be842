import { h, setAttribute } from "../../shared/dom.ts";
import type { Field, Value } from "./state.ts";
import { parsed, typed } from "./values.ts";

/** An input for a number, which is checked and committed on Enter or when it loses focus. */
export function makeNumberInput(
  field: () => Field,
  actions: { commit: (value: Value) => void; complain: (problem: string) => void },
): { input: HTMLInputElement; draw: (value: unknown) => void } {
  const input = h("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    spellcheck: "false",
    class: "bw-number",
  });
  let shown: unknown;
  let typing = false;
  const settle = (problem: string): void => {
    setAttribute(input, "aria-invalid", problem === "" ? null : "true");
    actions.complain(problem);
  };
  const write = (): void => {
    typing = false;
    input.value = typed(shown);
    settle("");
  };
  input.addEventListener("input", () => {
    typing = true;
  });
  const enter = (): void => {
    const reading = parsed(field(), input.value);
    if ("problem" in reading) {
      settle(reading.problem);
      return;
    }
    const changed = reading.value !== shown;
    shown = reading.value;
    write();
    if (changed) actions.commit(reading.value);
  };
  input.addEventListener("change", enter);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && !(event.key === "Escape" && typing)) return;
    // JupyterLab captures Enter, so that there would be no change event.
    if (event.key === "Enter") enter();
    else write();
    event.stopPropagation();
  });
  return {
    input,
    draw: (value) => {
      if (value === shown) return;
      shown = value;
      // A value from elsewhere is not shown while the user is typing.
      if (!typing) write();
    },
  };
}
