import { h, setText } from "../../shared/dom.ts";
import { headsInPage } from "../maps.ts";
import { effectOf, effectSentence } from "../mosaic/effects.ts";
import type { Attention } from "../state.ts";

/** What attention does not show, next to what was measured. */
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
    const head = displayedHead(state);
    const known = layer >= 0 && head >= 0 ? effectOf(state, layer * heads + head) : null;
    const name = `layer ${layer}, head ${head}`;
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

/** What the numbers mean if they are not plain weights. */
function meaningOf(state: Attention): string {
  const { view, measure, target } = state;
  if (view === "similar") return meaningOfSimilar(state);
  if (view === "mosaic" || view === "query_key") return "";
  return {
    weights: "",
    norms:
      "Value-weighted norms: how much each column really contributes to a row, the length of its value vector times its weight (Kobayashi et al. 2020).",
    rollout:
      "Rollout: attention multiplied through the layers up to this one, where half of each layer is the residual connection (Abnar & Zuidema 2020). It does not distinguish heads or classes.",
    gradient: `Attention × gradient: each weight times the gradient of the logit of ${target} where that is positive, multiplied through the layers up to this one, less the relevance of 1 with which each token starts (Chefer et al. 2021). It shows how much a token matters, not in which direction.`,
  }[measure];
}

function meaningOfSimilar({ similar, layer }: Attention): string {
  const compared =
    similar?.by === "heads"
      ? `the mean cosine between the outputs of the chosen heads of layer ${layer} for both tokens, before the output projection`
      : `the cosine between the outputs of layer ${layer} for both tokens`;
  return `Similarity: ${compared}. Looks at: the token with the largest weight in any of the chosen heads, except special tokens (after exBERT, Hoover et al. 2020).`;
}

/** The displayed head; -1 if there is none or several. */
function displayedHead({ view, head, lineHeads }: Attention): number {
  if (view === "similar") return -1;
  if (view !== "lines") return head;
  return lineHeads.length === 1 ? (lineHeads[0] ?? -1) : -1;
}

/** The maps in a saved copy. */
function savedSentence(state: Attention): string {
  const saved = headsInPage(state).size;
  const all = state.layers * state.heads;
  const extent =
    saved === all
      ? `all ${all} heads`
      : `${saved} of ${all} heads in full and the others as thumbnails`;
  return `Saved copy: no kernel attached. It contains ${extent}.`;
}
