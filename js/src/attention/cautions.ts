import { h, setText } from "../shared/dom.ts";
import { effectOf, effectSentence } from "./effects.ts";
import type { Attention } from "./state.ts";

/** What attention does not say, beside what was measured. */
export function makeCautions(): {
  element: HTMLElement;
  draw: (state: Attention) => void;
} {
  const effect = h("span");
  const note = h("p");
  const saved = h("p");
  const element = h(
    "div",
    { class: "bw-cautions bw-note" },
    h(
      "p",
      {},
      h("strong", {}, "Attention shows where a head looks, not why the model decided. "),
      effect,
    ),
    note,
    saved,
  );
  const draw = (state: Attention): void => {
    const { layer, heads, target } = state;
    const head = headSpokenOf(state);
    const known = layer >= 0 && head >= 0 ? effectOf(state, layer * heads + head) : null;
    const name = `layer ${layer + 1}, head ${head + 1}`;
    setText(effect, known === null ? "" : effectSentence(known, name, target));
    setText(note, state.note);
    note.hidden = state.note === "";
    setText(saved, state.static ? savedSentence(state) : "");
    saved.hidden = !state.static;
  };
  return { element, draw };
}

/** The head in view; -1 where none or several are. */
function headSpokenOf({ view, head, lineHeads }: Attention): number {
  if (view !== "lines") return head;
  return lineHeads.length === 1 ? (lineHeads[0] ?? -1) : -1;
}

/** Which maps a saved copy holds. */
function savedSentence({ maps, layers, heads }: Attention): string {
  const own = [...maps.keys()].filter((key) => /^weights:\d+:\d+$/.test(key)).length;
  const all = layers * heads;
  const what =
    own === all ? `all ${all} heads` : `${own} of ${all} heads in full, the others as thumbnails`;
  return `Saved copy, no kernel attached: ${what}.`;
}
