import { css } from "../../shared/color/color.ts";
import { decimal, digitsFor, percent } from "../../shared/format.ts";
import { targetOf } from "../prediction/detail.ts";
import { methodOf } from "../state.ts";
import { type Part, partsOf, type TextDrawing } from "../text/text_view.ts";

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** The prediction, the coloured text and the meaning of the colours, as HTML with inline styles. */
export function markupOf(drawing: TextDrawing): string {
  const { scored, palette, largest } = drawing;
  const { hasSign, title } = methodOf(scored, scored.shownMethod);
  const bold = (label: string): string => (label === scored.target ? "font-weight:600" : "");
  const shares = scored.labels.map((label, i) => {
    const share = scored.probabilities?.[i];
    const figure = share === undefined ? "" : ` ${percent(share)}`;
    return `<span style="margin-right:1.2em;${bold(label)}">${escaped(label + figure)}</span>`;
  });
  const texts = ([0, 1] as const)
    .filter((segment) => drawing.texts[segment] !== "")
    .map((segment) => {
      const words = partsOf(segment, { ...drawing, editing: true }).map(marked);
      return `<p dir="auto" style="margin:10px 0;font-size:17px;line-height:1.8;white-space:pre-wrap">${words.join("")}</p>`;
    });
  const most = decimal(largest, digitsFor(largest));
  const meaning = hasSign
    ? `Blue counts for ${targetOf(scored)}, orange with a dashed underline against it; the largest score is ${most}.`
    : `The stronger the colour, the larger the influence on ${targetOf(scored)}; the largest is ${most}.`;
  const notes = [`${title}. ${meaning}`, scored.badge].filter((note) => note !== "");
  return [
    `<div style="padding:14px 18px;border-radius:8px;background:${css(palette.background)};color:${css(palette.foreground)};font:14px/1.5 system-ui,sans-serif">`,
    `<div>${shares.join("")}</div>`,
    ...texts,
    ...notes.map((note) => `<div style="font-size:12px">${escaped(note)}</div>`),
    "</div>",
  ].join("\n");
}

function marked({ kind, text, background, underlined }: Part): string {
  if (text === "\u200b") return "";
  if (kind === "plain" || background === "") return escaped(text);
  const line = underlined ? ";text-decoration:underline dashed;text-underline-offset:.25em" : "";
  return `<span style="background:${background};border-radius:4px;padding:.1em 0${line}">${escaped(text)}</span>`;
}
