import { computed } from "@preact/signals-core";
import { h, icon, setText } from "../../shared/dom.ts";
import { percent, signed } from "../../shared/format.ts";
import { follow } from "../../shared/reactive.ts";
import { makeTerm } from "../../shared/terms.ts";
import { type Highlights, methodOf } from "../state.ts";
import type { Store } from "../store.ts";

const LARGE_ERROR = 0.05;

/** The notes under the text: how reliable the scores are, the badge, and warnings. */
export function makeRemarks(
  closing: AbortSignal,
  store: Store,
): { element: HTMLElement; badge: HTMLElement } {
  const badge = makeBadge(closing, store);
  const saved = h("p", { class: "bw-note" });
  follow(closing, () => {
    const note = noteOf(store.state.value);
    setText(saved, note);
    saved.hidden = note === "";
  });
  const element = h(
    "div",
    { class: "bw-remarks" },
    makeStatus(closing, store),
    badge.place,
    makeWarnings(closing, store),
    saved,
  );
  return { element, badge: badge.text };
}

function makeStatus(closing: AbortSignal, store: Store): HTMLElement {
  const element = h("p", { class: "bw-note bw-remark", role: "status" });
  // Screen readers do not announce every window.
  const progress = h("span", { class: "bw-number", "aria-hidden": "true" });
  const remark = computed(() => remarkOn(store.scored.value, store.refining.value));
  const term = makeTerm("completeness", "What is this?");
  let shown = "";
  follow(closing, () => {
    const { mark, sentence } = remark.value;
    element.hidden = sentence === "";
    if (shown === sentence) return;
    shown = sentence;
    const icons = mark === "refining" ? h("span", { class: "bw-refining" }) : icon(mark);
    const more = mark === "refining" ? [] : [" ", term];
    element.replaceChildren(icons, h("span", {}, sentence, progress, ...more));
  });
  follow(closing, () => {
    setText(progress, store.refining.value ? progressOf(store.state.value) : "");
    element.classList.toggle("bw-faded", store.stale.value);
  });
  return element;
}

function makeBadge(closing: AbortSignal, store: Store): { place: HTMLElement; text: HTMLElement } {
  const text = h("p", { class: "bw-badge", role: "note", tabindex: 0 });
  const mark = icon("strike");
  const place = h("div", { class: "bw-remark bw-badge-place", "aria-live": "polite" }, mark, text);
  for (const [event, pointed] of [
    ["pointerenter", true],
    ["focus", true],
    ["pointerleave", false],
    ["blur", false],
  ] as const)
    text.addEventListener(event, () => {
      store.badgePointed.value = pointed;
    });
  follow(closing, () => {
    const scored = store.scored.value;
    const sentence = store.stale.value || store.refining.value ? "" : scored.badge;
    setText(text, sentence);
    text.hidden = sentence === "";
    mark.toggleAttribute("hidden", sentence === "");
    // Its line is reserved where it will appear, so that nothing below moves.
    place.classList.toggle("bw-awaited", store.live.value && scored.words.length > 0);
  });
  return { place, text };
}

function makeWarnings(closing: AbortSignal, store: Store): HTMLElement {
  const element = h("ul", { class: "bw-warnings", "aria-label": "Warnings" });
  const warnings = computed(() =>
    JSON.stringify(store.stale.value ? [] : store.scored.value.warnings),
  );
  follow(closing, () => {
    const sentences: string[] = JSON.parse(warnings.value);
    element.hidden = sentences.length === 0;
    const items = sentences.map((text) => h("li", {}, icon("alarm"), h("span", {}, text)));
    element.replaceChildren(...items);
  });
  return element;
}

interface Remark {
  mark: "check" | "alarm" | "refining";
  sentence: string;
}

function remarkOn(scored: Highlights, refining: boolean): Remark {
  return refining ? refiningRemark(scored) : completenessRemark(scored);
}

/** How closely the scores add up to the change that they explain. */
function completenessRemark(scored: Highlights): Remark {
  const { completenessError: error, difference, output, against } = scored;
  if (error === null) return { mark: "check", sentence: "" };
  const measure = output === "probability" ? "probability" : against === "" ? "logit" : "log-odds";
  const change = difference === null ? "" : `, ${signed(difference, 2)} from the baseline`;
  if (error <= LARGE_ERROR) {
    const sentence = `The scores add up to the change in the ${measure}${change}, within ${percent(error)}.`;
    return { mark: "check", sentence };
  }
  const sentence = `The scores miss the change in the ${measure}${change} by ${percent(error)}: interpret them with caution.`;
  return { mark: "alarm", sentence };
}

function refiningRemark(scored: Highlights): Remark {
  const [quick, chosen] = [scored.shownMethod, scored.method].map(
    (name) => methodOf(scored, name).title,
  );
  const sentence = `Refining: these are quick scores computed with ${quick}; those of ${chosen} will replace them. `;
  return { mark: "refining", sentence };
}

function progressOf({ progress, windows }: Highlights): string {
  return windows > 1 ? `${Math.round(progress * windows)} of ${windows} windows done.` : "";
}

function noteOf({ static: saved, busy, words }: Highlights): string {
  if (saved)
    return "Saved copy: no kernel attached. The text, the class and the method cannot be changed.";
  if (words.length > 0) return "";
  return busy ? "Computing the first explanation…" : "The text has no words to explain.";
}
