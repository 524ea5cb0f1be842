import { h } from "../../shared/dom.ts";
import { count } from "../../shared/format.ts";
import { differs } from "../../shared/model/read.ts";
import type { Training } from "../state.ts";

/** The notes of the run, newest first. */
export function makeNotes(): { element: HTMLElement; draw: (state: Training) => void } {
  const list = h("ol", { class: "bw-noted" });
  const changed = differs();
  const draw = ({ notes }: Training): void => {
    if (!changed(JSON.stringify(notes))) return;
    list.replaceChildren(
      ...notes
        .map(([step, text]) =>
          h(
            "li",
            {},
            h("span", { class: "bw-note bw-number" }, `step ${count(step)}`),
            h("span", { dir: "auto" }, text),
          ),
        )
        .reverse(),
    );
  };
  return { element: list, draw };
}
