import { h } from "../../shared/dom.ts";
import { differs } from "../../shared/model/read.ts";
import type { Training } from "../state.ts";

/** The main settings of the run in one line, and a note in saved copies. */
export function makeFoot(): { element: HTMLElement; draw: (state: Training) => void } {
  const list = h("div", { class: "bw-settings" });
  const saved = h("span", {}, "Saved copy: no kernel attached.");
  const element = h("div", { class: "bw-training-foot bw-note" }, list, saved);
  const changed = differs();
  const draw = ({ settings, static: still }: Training): void => {
    list.hidden = settings.length === 0;
    saved.hidden = !still;
    element.hidden = list.hidden && saved.hidden;
    if (!changed(JSON.stringify(settings))) return;
    list.replaceChildren(
      ...settings.map(([name, value]) =>
        h("div", {}, h("span", {}, name), h("span", { class: "bw-setting" }, value)),
      ),
    );
  };
  return { element, draw };
}
