import { button, dropdown, h, icon, setAttribute, setText } from "../shared/dom.ts";
import type { Highlights } from "./state.ts";

interface ToolbarActions {
  method: (name: string) => void;
  pieces: (on: boolean) => void;
  edit: () => void;
}

/** The method picker, the word-pieces toggle and the Edit button. */
export function makeToolbar(actions: ToolbarActions): {
  element: HTMLElement;
  draw: (state: Highlights, view: { pieces: boolean; editing: boolean }) => void;
  focusEdit: () => void;
} {
  const method = dropdown("Method", actions.method);
  const pieces = button("Word pieces", () =>
    actions.pieces(pieces.getAttribute("aria-pressed") !== "true"),
  );
  const editLabel = h("span");
  const editIcon = h("span", { class: "bw-edit-icon" }, icon("edit"));
  const edit = button("", actions.edit);
  edit.append(editIcon, editLabel);
  const element = h("div", { class: "bw-toolbar" }, method.element, pieces, edit);

  const draw = (state: Highlights, view: { pieces: boolean; editing: boolean }): void => {
    method.draw(state.methods, state.method);
    method.element.hidden = state.methods.length === 0;
    const fixed = state.static || !state.editable;
    method.select.disabled = fixed;
    pieces.hidden = state.pieces.length === 0;
    setAttribute(pieces, "aria-pressed", view.pieces ? "true" : "false");
    edit.hidden = fixed;
    editIcon.replaceChildren(icon(view.editing ? "check" : "edit"));
    setText(editLabel, view.editing ? "Done" : "Edit");
  };
  return { element, draw, focusEdit: () => edit.focus() };
}
