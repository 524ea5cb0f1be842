import { h, icon, setAttribute, setText } from "../shared/dom.ts";
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
  const select = h("select", { "aria-label": "Method" });
  const method = h("span", { class: "bw-select" }, select, icon("down"));
  const pieces = h("button", { class: "bw-button", type: "button" }, "Word pieces");
  const editLabel = h("span");
  const editIcon = h("span", { class: "bw-edit-icon" }, icon("edit"));
  const edit = h("button", { class: "bw-button", type: "button" }, editIcon, editLabel);
  const element = h("div", { class: "bw-toolbar" }, method, pieces, edit);
  let shown = "";

  select.addEventListener("change", () => actions.method(select.value));
  pieces.addEventListener("click", () =>
    actions.pieces(pieces.getAttribute("aria-pressed") !== "true"),
  );
  edit.addEventListener("click", actions.edit);

  const draw = (state: Highlights, view: { pieces: boolean; editing: boolean }): void => {
    const key = JSON.stringify(state.methods);
    if (key !== shown) {
      shown = key;
      select.replaceChildren(
        ...state.methods.map(([name, title]) => h("option", { value: name }, title)),
      );
    }
    select.value = state.method;
    method.hidden = state.methods.length === 0;
    const fixed = state.static || !state.editable;
    select.disabled = fixed;
    pieces.hidden = state.pieces.length === 0;
    setAttribute(pieces, "aria-pressed", view.pieces ? "true" : "false");
    edit.hidden = fixed;
    editIcon.replaceChildren(icon(view.editing ? "check" : "edit"));
    setText(editLabel, view.editing ? "Done" : "Edit");
  };
  return { element, draw, focusEdit: () => edit.focus() };
}
