import { h, icon, setText } from "../shared/dom.ts";
import { percent, signed } from "../shared/format.ts";
import { type Highlights, methodOf } from "./state.ts";

const LARGE_ERROR = 0.05;

/** How far the scores add up to what they claim to explain, in plain words. */
function completenessOf(state: Highlights): [icon: "check" | "alarm", sentence: string] | null {
  const { completenessError: error, difference, output, against } = state;
  if (error === null) return null;
  const what = output === "probability" ? "probability" : against === "" ? "logit" : "log-odds";
  const change = difference === null ? "" : `, ${signed(difference, 2)} from the baseline`;
  return error <= LARGE_ERROR
    ? [
        "check",
        `The scores add up to the change in the ${what}${change}, within ${percent(error)}.`,
      ]
    : [
        "alarm",
        `The scores miss the change in the ${what}${change} by ${percent(error)}: read them with care.`,
      ];
}

function refiningOf(scored: Highlights): string {
  const [quick, chosen] = [scored.shownMethod, scored.method].map(
    (name) => methodOf(scored, name).title,
  );
  return `Refining: these are the quick scores of ${quick}; ${chosen} is on its way. `;
}

interface RemarksView {
  /** The scores are not of the text and target as they stand. */
  stale: boolean;
  refining: boolean;
  /** How far that is, as a sentence. */
  progress: string;
  live: boolean;
  /** What else there is to say. */
  note: string;
}

/** What is said under the text: how far to trust the scores, the badge, and what to beware of. */
export function makeRemarks(point: (at: boolean) => void): {
  element: HTMLElement;
  badge: HTMLElement;
  draw: (scored: Highlights, view: RemarksView) => void;
} {
  const status = h("p", { class: "bw-note bw-remark", role: "status" });
  const badge = h("p", { class: "bw-badge", role: "note", tabindex: 0 });
  const badgeIcon = icon("strike");
  const badgePlace = h(
    "div",
    { class: "bw-remark bw-badge-place", "aria-live": "polite" },
    badgeIcon,
    badge,
  );
  const warnings = h("ul", { class: "bw-warnings", "aria-label": "Warnings" });
  const saved = h("p", { class: "bw-note" });
  for (const [event, on] of [
    ["pointerenter", true],
    ["focus", true],
    ["pointerleave", false],
    ["blur", false],
  ] as const)
    badge.addEventListener(event, () => point(on));
  // Whoever hears the page is not told of every window.
  const far = h("span", { class: "bw-number", "aria-hidden": "true" });
  let [said, warned] = ["", ""];

  const drawStatus = (scored: Highlights, refining: boolean, progress: string): void => {
    const trust = refining ? null : completenessOf(scored);
    const sentence = refining ? refiningOf(scored) : (trust?.[1] ?? "");
    status.hidden = sentence === "";
    setText(far, refining ? progress : "");
    if (said === sentence) return;
    said = sentence;
    const mark = refining ? h("span", { class: "bw-refining" }) : icon(trust?.[0] ?? "check");
    status.replaceChildren(mark, h("span", {}, sentence, far));
  };
  const drawWarnings = (list: readonly string[]): void => {
    warnings.hidden = list.length === 0;
    const key = JSON.stringify(list);
    if (key === warned) return;
    warned = key;
    warnings.replaceChildren(
      ...list.map((each) => h("li", {}, icon("alarm"), h("span", {}, each))),
    );
  };
  const draw = (scored: Highlights, view: RemarksView): void => {
    const { refining, progress, stale } = view;
    drawStatus(scored, refining, progress);
    status.classList.toggle("bw-faded", stale);
    const text = stale || refining ? "" : scored.badge;
    setText(badge, text);
    badge.hidden = text === "";
    badgeIcon.toggleAttribute("hidden", text === "");
    // Its line is kept free where it will come: nothing below jumps.
    badgePlace.classList.toggle("bw-awaited", view.live && scored.words.length > 0);
    drawWarnings(stale ? [] : scored.warnings);
    setText(saved, view.note);
    saved.hidden = view.note === "";
  };
  const element = h("div", { class: "bw-remarks" }, status, badgePlace, warnings, saved);
  return { element, badge, draw };
}
