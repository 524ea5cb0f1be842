import { dropdown, h, setAttribute, setText } from "../../shared/dom.ts";
import { decimal, count as written } from "../../shared/format.ts";
import type { Frame } from "../../shared/frame.ts";
import { tokenInView } from "../arrangement.ts";
import { captioned } from "../controls/settings.ts";
import { makeHeadChips } from "../lines/head_chips.ts";
import { strandsOf } from "../lines/links.ts";
import { quoted } from "../plot/readings.ts";
import type { Attention } from "../state.ts";
import type { Actions, View } from "../view.ts";
import { makeConcordance, makeCounts } from "./concordance.ts";
import { COMPARED, type Compared, isSameSearch, type Similar } from "./state.ts";
import { makeTokenStrip } from "./token_strip.ts";

const NAMES: Record<Compared, string> = {
  embedding: "Output of the layer",
  heads: "Output of heads",
};

const NO_CORPUS =
  "Here are the tokens of your own texts that the model represents like the selected one, each in its context. Give the texts to search: bw.AttentionMatrix(clf, text, corpus=bw.Corpus(clf, texts)).";

/** The tokens of a corpus that are most similar to the chosen one, in their contexts. */
export function makeSimilar(frame: Frame, actions: Actions): View {
  const strip = makeTokenStrip(actions.look);
  const by = dropdown("Compare by", (choice) => actions.set("similar_by", choice));
  const chips = makeHeadChips((heads) => actions.set("line_heads", heads));
  // Only the sentence is spoken: the share changes all the time.
  const [said, share] = [h("span"), h("span", { "aria-hidden": "true" })];
  const status = h("p", { class: "bw-similar-status", role: "status" }, said, share);
  const concordance = makeConcordance();
  const counts = makeCounts();
  const controls = h(
    "div",
    { class: "bw-plot-controls" },
    captioned("Compare by", by.element),
    chips.element,
  );
  const plot = h("div", { class: "bw-plot" }, strip.element, controls, status, concordance.element);
  const element = h("div", { class: "bw-main" }, plot, counts.element);
  return {
    element,
    draw: (state) => {
      const { similar } = state;
      for (const part of [strip.element, controls, concordance.element, counts.element])
        part.hidden = similar === null;
      if (similar === null) {
        setText(said, NO_CORPUS);
        setText(share, "");
        return;
      }
      const ofHeads: Attention = { ...state, measure: "weights" };
      strip.draw(state);
      by.draw(
        COMPARED.map((kind) => [kind, NAMES[kind]] as const),
        similar.by,
      );
      chips.draw(ofHeads, strandsOf(ofHeads, frame.palette));
      const missing = absence(state, similar);
      setText(said, missing?.why ?? sentence(state, similar));
      setText(share, missing?.share ?? "");
      status.classList.toggle("bw-note", missing !== null);
      // During a search the previous matches stay, dimmed, so that the layout does not jump.
      const shown = missing === null || missing.isComing ? similar : { matches: [], counts: [] };
      concordance.draw(shown.matches);
      counts.draw(shown.counts);
      setAttribute(element, "aria-busy", missing?.isComing ? "true" : null);
    },
    picture: () => null,
  };
}

function sentence({ tokens, token, layer, ...state }: Attention, similar: Similar): string {
  const label = tokens[tokenInView({ token, ...state }) ?? 0];
  const texts = `${written(similar.size)} ${similar.size === 1 ? "text" : "texts"}`;
  return `Most similar to ${quoted(label)} at layer ${layer}, in ${texts}`;
}

/** Why there are no matches to show, and whether they are being computed; null if there are matches. */
export function absence(
  state: Attention,
  similar: Similar,
): { why: string; share?: string; isComing: boolean } | null {
  const because = (why: string) => ({ why, isComing: false });
  const { layer, rows, lineHeads, searched } = state;
  const token = tokenInView(state);
  if (layer < 0) return because("Choose one layer to search.");
  if (token === null) return because("Choose a token to find similar tokens in the corpus.");
  if (rows.wordOfToken[token] === -1)
    return because("Similar tokens are not available for special tokens. Choose another token.");
  const search = { token, layer, by: similar.by, heads: lineHeads };
  if (isSameSearch(search, similar.search)) return null;
  if (state.static) return because("These matches were not saved with this page.");
  if (searched > 0 && searched < 1)
    return {
      why: `Reading the corpus at layer ${layer}: `,
      share: `${decimal(100 * searched, 0)}%`,
      isComing: true,
    };
  return { why: "Searching…", isComing: true };
}
