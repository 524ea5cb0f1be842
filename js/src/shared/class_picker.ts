import { type Choice, makeCombobox } from "./combobox.ts";
import { dropdown, h } from "./dom.ts";

/** More choices than these are searched by typing. */
const FEW = 16;

/** Chooses a class: in the browser's own list, or of many in one that is searched. */
export function makeClassPicker(
  name: string,
  choose: (label: string) => void,
): {
  element: HTMLElement;
  draw: (choices: readonly Choice[], chosen: string, disabled: boolean) => void;
} {
  const few = dropdown(name, choose);
  const many = makeCombobox(name, choose);
  return {
    element: h("span", { class: "bw-class-picker" }, few.element, many.element),
    draw: (choices, chosen, disabled) => {
      const searched = choices.length > FEW;
      few.element.hidden = searched;
      many.element.hidden = !searched;
      few.select.disabled = disabled;
      if (searched) many.draw(choices, chosen, disabled);
      else few.draw(choices, chosen);
    },
  };
}
