import { h } from "../../shared/dom.ts";
import { count, percent } from "../../shared/format.ts";
import { table } from "../../shared/table.ts";
import { type Classes, MOST_PAIRS, SCORES } from "./state.ts";

/** Which class was taken for which other one, the most frequent first; only classes that are sought. */
export function pairsTable(
  { labels, confused, scores }: Classes,
  isSought: (label: string) => boolean,
): HTMLElement {
  const rows = confused.flatMap(([label, predicted, texts]) => {
    const [from, to] = [labels[label] ?? "", labels[predicted] ?? ""];
    if (!isSought(from) && !isSought(to)) return [];
    const support = scores?.[SCORES * label + SCORES - 1] ?? 0;
    const share = support > 0 ? percent(texts / support) : "–";
    return [
      [h("span", { dir: "auto" }, from), h("span", { dir: "auto" }, to), count(texts), share],
    ];
  });
  const columns = ["True class", "Predicted as", "Texts", "Share"];
  const pairs = table("Most confused classes", columns, rows, [2, 3]);
  pairs.classList.add("bw-pairs");
  return pairs;
}

/** What the table of confused classes lists. */
export function listed({ confused }: Classes): string {
  if (confused.length === 0) return "No class was taken for another one.";
  const which =
    confused.length < MOST_PAIRS ? "Every pair" : `The ${MOST_PAIRS} most frequent pairs`;
  return `${which} of a true class and the class predicted instead; shares are of the true class.`;
}
