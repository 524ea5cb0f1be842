import { h } from "../../shared/dom.ts";
import { decimal } from "../../shared/format.ts";
import type { Counts, Match } from "./state.ts";

/** A list of matches, each in the middle of its context. */
export function makeConcordance(): {
  element: HTMLElement;
  draw: (matches: readonly Match[]) => void;
} {
  const list = h("div", { class: "bw-matches", role: "table", "aria-label": "Matches" });
  const element = h("div", { class: "bw-matches-scroll", tabindex: 0 }, list);
  let drawn: readonly Match[] = [];
  return {
    element,
    draw: (matches) => {
      element.hidden = matches.length === 0;
      if (matches === drawn || (matches.length === 0 && drawn.length === 0)) return;
      drawn = matches;
      const isLabelled = matches.some(({ label }) => label !== "");
      list.classList.toggle("bw-labelled", isLabelled);
      const heads = [
        "Cosine",
        h("span", { class: "bw-unseen" }, "Context before"),
        "Match in its context",
        "Looks at",
        ...(isLabelled ? ["Label"] : []),
      ];
      list.replaceChildren(
        h(
          "div",
          { class: "bw-match bw-match-heads bw-note", role: "row" },
          ...heads.map((name) => h("span", { role: "columnheader" }, name)),
        ),
        ...matches.map((match) => row(match, isLabelled)),
      );
      element.scrollTop = 0;
    },
  };
}

const spaced = (text: string): string => text.replace(/\s+/g, " ");

function row(match: Match, isLabelled: boolean): HTMLElement {
  const { before, after, similarity, tag } = match;
  const cell = (name: string, ...content: (Node | string)[]): HTMLElement =>
    h("span", { class: name, role: "cell" }, ...content);
  const [start, token, end] = match.match;
  const context = `${before}${start}${token}${end}${after}`;
  const mark = h("mark", {}, start, h("b", {}, token), end);
  if (tag) mark.title = tag;
  return h(
    "div",
    { class: "bw-match", role: "row", title: context },
    cell("bw-number bw-match-similarity", decimal(similarity, 2)),
    cell("bw-match-before", h("bdi", {}, spaced(before))),
    cell("bw-match-after", mark, h("bdi", {}, spaced(after))),
    cell("bw-match-looks", h("bdi", {}, match["attends_to"])),
    ...(isLabelled ? [cell("bw-match-label bw-note", match.label)] : []),
  );
}

/** What the matches have in common, as bars. */
export function makeCounts(): {
  element: HTMLElement;
  draw: (counts: readonly Counts[]) => void;
} {
  const element = h("div", { class: "bw-counts" });
  return {
    element,
    draw: (counts) => {
      element.hidden = counts.length === 0;
      element.replaceChildren(
        ...counts.flatMap(({ heading, values }) => {
          const most = Math.max(...values.map(([, count]) => count));
          const bars = values.map(([value, count]) => bar(value, count, most));
          return [
            h("div", { class: "bw-caption" }, heading),
            h("div", { class: "bw-strongest" }, ...bars),
          ];
        }),
      );
    },
  };
}

function bar(value: string, count: number, most: number): HTMLElement {
  const fill = h("span", { class: "bw-strength-fill" });
  fill.style.width = `${(100 * count) / most}%`;
  return h(
    "div",
    { class: "bw-strength" },
    h("bdi", { class: "bw-strength-name", title: value }, value),
    h("span", { class: "bw-strength-track" }, fill),
    h("span", { class: "bw-number" }, String(count)),
  );
}
