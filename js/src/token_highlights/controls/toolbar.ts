import { button, h, icon, setAttribute, setText } from "../../shared/dom.ts";
import { type Highlights, isLive } from "../state.ts";
import { makeMethods } from "./methods.ts";

interface ToolbarActions {
  method: (name: string) => void;
  edit: () => void;
  command: (name: "undo" | "redo") => void;
  options: (open: boolean) => void;
}

/** The controls that are always visible: method, Edit, Options, and Undo and Redo once there is something to undo. */
export function makeToolbar(actions: ToolbarActions): {
  element: HTMLElement;
  /** Sets the element that the Options button opens. */
  opens: (panel: HTMLElement) => void;
  draw: (state: Highlights, view: { editing: boolean; open: boolean }) => void;
  focusEdit: () => void;
} {
  const method = makeMethods(actions.method);
  const history = (["undo", "redo"] as const).map((name) => {
    const title = name === "undo" ? "Undo" : "Redo";
    const look = { icon: name, name: title, class: "bw-icon-only" };
    const press = button("", () => actions.command(name), look);
    press.title = `${title} the last change to the text`;
    return press;
  });
  const editLabel = h("span");
  const editIcon = h("span", { class: "bw-edit-icon" }, icon("edit"));
  const edit = button("", actions.edit);
  edit.append(editIcon, editLabel);
  const options = button(
    "Options",
    () => actions.options(options.getAttribute("aria-expanded") !== "true"),
    {
      class: "bw-options-button",
    },
  );
  options.append(icon("down"));
  const element = h("div", { class: "bw-toolbar" }, ...history, method.element, edit, options);

  const draw = (state: Highlights, view: { editing: boolean; open: boolean }): void => {
    const live = isLive(state);
    method.draw(state.methods, state.method);
    method.element.hidden = state.methods.length === 0;
    method.select.disabled = !live;
    const [undo, redo] = history;
    history.forEach((press) => {
      press.hidden = !live;
      // Its space is reserved, so that nothing moves once there is something to undo.
      press.classList.toggle("bw-void", !(state.canUndo || state.canRedo));
    });
    if (undo) undo.disabled = !state.canUndo;
    if (redo) redo.disabled = !state.canRedo;
    edit.hidden = !live;
    editIcon.replaceChildren(icon(view.editing ? "check" : "edit"));
    setText(editLabel, view.editing ? "Done" : "Edit");
    setAttribute(options, "aria-expanded", view.open ? "true" : "false");
  };
  const opens = (panel: HTMLElement): void => setAttribute(options, "aria-controls", panel.id);
  return { element, opens, draw, focusEdit: () => edit.focus() };
}
