import { h, setText } from "../../shared/dom.ts";
import type { Frame } from "../../shared/frame.ts";
import { follow } from "../../shared/reactive.ts";
import { makeTabs } from "../../shared/tabs.ts";
import { makeEvidence } from "../evidence/view.ts";
import type { Requests } from "../requests.ts";
import { makeComparisons } from "../rows/comparisons.ts";
import { type Highlights, isLive, methodOf } from "../state.ts";
import type { Store } from "../store.ts";
import { VIEW_NAMES, type View } from "./view.ts";

/** The tabs under the text; the open one is closed by choosing it again. */
export function makeViews(
  frame: Frame,
  store: Store,
  requests: Requests,
  select: (word: number | null) => void,
): HTMLElement {
  const tabs = makeTabs("More about this text", VIEW_NAMES, (view) => {
    const next = store.view.value === view ? null : view;
    store.view.value = next;
    // Only what is on screen is computed.
    for (const [trait, of] of [
      ["compare", "classes"],
      ["by_layer", "layers"],
    ] as const)
      requests.set(trait, next === of);
  });
  const { classes, layers } = makeComparisons(frame, store, select);
  tabs.panels.evidence.append(makeEvidence(frame, store, () => requests.command("evidence")));
  tabs.panels.layers.append(layers);
  tabs.panels.classes.append(classes);
  tabs.panels.tokens.append(makeTokens(frame.signal, store));
  follow(frame.signal, () => {
    const state = store.state.value;
    tabs.draw(store.view.value, (view) => isLive(state) || isSaved(view, state));
  });
  return tabs.element;
}

/** Whether a page without a kernel has something to show. */
function isSaved(view: View, { deletion, layers, classes, tokens }: Highlights): boolean {
  return {
    evidence: deletion !== null,
    layers: layers !== null,
    classes: classes !== null,
    tokens: tokens.length > 0,
  }[view];
}

/** What the text above shows while the tab of tokens is open. */
function makeTokens(closing: AbortSignal, store: Store): HTMLElement {
  const note = h("p", { class: "bw-note" });
  follow(closing, () => setText(note, tokensSentence(store.scored.value)));
  return note;
}

function tokensSentence(scored: Highlights): string {
  const { tokens, unit, words } = scored;
  if (unit === "tokens") return "The text above is scored by token already: see Options.";
  if (unit !== "words")
    return `The text above is scored by ${unit === "spans" ? "span" : "sentence"}; tokens are shown where words are scored: see Options.`;
  if (tokens.length === 0)
    return `${methodOf(scored, scored.shownMethod).title} gives no scores of tokens. Choose another method, or score tokens instead of words in Options.`;
  return `The text above is drawn in the ${tokens.length} tokens that the model reads instead of ${words.length} words; each has a score of its own, also those that the model adds, such as [CLS].`;
}
