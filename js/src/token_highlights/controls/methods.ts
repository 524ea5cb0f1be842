import { dropdown, h } from "../../shared/dom.ts";
import type { Method } from "../state.ts";

/** The methods under their families, each with its cost and its paper; those that the model refuses last. */
export function makeMethods(choose: (name: string) => void): {
  element: HTMLElement;
  select: HTMLSelectElement;
  draw: (methods: readonly Method[], chosen: string) => void;
} {
  const { element, select } = dropdown("Method", choose);
  let listed: readonly Method[] = [];
  const draw = (methods: readonly Method[], chosen: string): void => {
    if (JSON.stringify(methods) !== JSON.stringify(listed)) {
      listed = methods;
      select.replaceChildren(...groupsOf(methods));
    }
    select.value = chosen;
    select.title = describe(methods.find(({ name }) => name === chosen));
  };
  return { element, select, draw };
}

function groupsOf(methods: readonly Method[]): HTMLElement[] {
  const families = new Map<string, Method[]>();
  for (const method of methods) {
    const family = method.refusal === "" ? capitalised(method.family) : "Not for this model";
    families.set(family, [...(families.get(family) ?? []), method]);
  }
  const refused = families.get("Not for this model");
  if (refused !== undefined) {
    families.delete("Not for this model");
    families.set("Not for this model", refused);
  }
  return [...families].map(([label, group]) => h("optgroup", { label }, ...group.map(optionOf)));
}

function optionOf(method: Method): HTMLElement {
  const { name, title, cost, paper, refusal } = method;
  const label = [title, cost, paper].filter((part) => part !== "").join(" · ");
  return h("option", { value: name, disabled: refusal !== "", title: describe(method) }, label);
}

/** Its paper, and why the model refuses it. */
function describe(method: Method | undefined): string {
  if (method === undefined) return "";
  return [method.paper, method.refusal].filter((part) => part !== "").join(". ");
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
