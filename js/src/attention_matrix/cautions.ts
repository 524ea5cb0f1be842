import { h, setText } from "../shared/dom.ts";
import { effectOf, effectSentence } from "./effects.ts";
import { headsInPage } from "./maps.ts";
import type { Attention } from "./state.ts";

/** What attention does not say, beside what was measured. */
export function makeCautions(): {
  element: HTMLElement;
  draw: (state: Attention) => void;
} {
  const effect = h("span");
  const measured = h("p");
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
    measured,
    note,
    saved,
  );
  const draw = (state: Attention): void => {
    const { layer, heads, target } = state;
    const head = headSpokenOf(state);
    const known = layer >= 0 && head >= 0 ? effectOf(state, layer * heads + head) : null;
    const name = `layer ${layer + 1}, head ${head + 1}`;
    const logit = state.logits[state.labels.indexOf(target)] ?? 0;
    setText(effect, known === null ? "" : effectSentence(known, name, target, logit));
    setText(measured, meaningOf(state));
    measured.hidden = measured.textContent === "";
    setText(note, state.note);
    note.hidden = state.note === "";
    setText(saved, state.static ? savedSentence(state) : "");
    saved.hidden = !state.static;
  };
  return { element, draw };
}

/** What the numbers are, where they are no plain weights. */
function meaningOf(state: Attention): string {
  const { view, measure, target } = state;
  if (view === "similar") return meaningOfSimilar(state);
  if (view === "mosaic" || view === "query_key") return "";
  return {
    weights: "",
    norms:
      "Value-weighted norms: how much of each column really gets through to a row, the length of its value times its weight (Kobayashi et al. 2020).",
    rollout:
      "Rollout: attention multiplied up through the layers to this one, half of each being the way past it (Abnar & Zuidema 2020). It knows no heads and no class.",
    gradient: `Attention × gradient: each weight times the gradient of the logit of ${target} where that is positive, multiplied up to this layer, less the one that each token has to itself (Chefer et al. 2021). How much matters, not in which direction.`,
  }[measure];
}

function meaningOfSimilar({ similar, layer }: Attention): string {
  const compared =
    similar?.by === "heads"
      ? `the mean cosine between what the chosen heads of layer ${layer + 1} have gathered for both tokens, before the output projection`
      : `the cosine between what layer ${layer + 1} puts out for both tokens`;
  return `Similarity: ${compared}. Looks at: where any of the chosen heads gives the largest weight, special tokens aside (after exBERT, Hoover et al. 2020).`;
}

/** The head in view; -1 where none or several are. */
function headSpokenOf({ view, head, lineHeads }: Attention): number {
  if (view === "similar") return -1;
  if (view !== "lines") return head;
  return lineHeads.length === 1 ? (lineHeads[0] ?? -1) : -1;
}

/** Which maps a saved copy holds. */
function savedSentence(state: Attention): string {
  const own = headsInPage(state).size;
  const all = state.layers * state.heads;
  const what =
    own === all ? `all ${all} heads` : `${own} of ${all} heads in full, the others as thumbnails`;
  return `Saved copy, no kernel attached: ${what}.`;
}
