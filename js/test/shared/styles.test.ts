import { expect, it } from "vitest";
import attention from "../../src/attention_matrix/attention_matrix.css?raw";
import attentionPlots from "../../src/attention_matrix/plot/plots.css?raw";
import base from "../../src/shared/base.css?raw";
import plot from "../../src/shared/plot/plot.css?raw";
import words from "../../src/shared/words.css?raw";
import evidence from "../../src/token_highlights/evidence/evidence.css?raw";
import prediction from "../../src/token_highlights/prediction/prediction.css?raw";
import rows from "../../src/token_highlights/rows/rows.css?raw";
import highlights from "../../src/token_highlights/token_highlights.css?raw";
import menu from "../../src/token_highlights/what_if/menu.css?raw";
import curves from "../../src/training_panel/curves/curves.css?raw";
import form from "../../src/training_panel/form/form.css?raw";
import probeHistory from "../../src/training_panel/probe_history/probe_history.css?raw";
import training from "../../src/training_panel/training_panel.css?raw";
import views from "../../src/training_panel/views.css?raw";

const sheets = {
  base: base + words + plot,
  attention: attention + attentionPlots,
  highlights: prediction + highlights + menu + rows + evidence,
  training: training + curves + form + probeHistory + views,
};

/** The selectors of a sheet, without those inside keyframes. */
function selectors(css: string): string[] {
  const bare = css.replace(/@keyframes[^{]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, "");
  return [...bare.matchAll(/([^{};]+)\{/g)]
    .map((match) => (match[1] ?? "").trim())
    .filter((selector) => !selector.startsWith("@"))
    .flatMap((selector) => selector.split(/,(?![^(]*\))/))
    .map((selector) => selector.trim());
}

it.each(Object.entries(sheets))("%s styles the widget and nothing else", (_name, css) => {
  expect(selectors(css).length).toBeGreaterThan(20);
  for (const selector of selectors(css)) expect(selector).toMatch(/^\.bw[\s-]|^\.bw$/);
});

it("uses each class in one widget only, since all styles share a page", () => {
  const classes = (css: string) =>
    new Set(selectors(css).map((selector) => /\.bw-[\w-]+/.exec(selector)?.[0] ?? ""));
  const common = classes(sheets.base);
  const own = [sheets.attention, sheets.highlights, sheets.training].map(classes);
  const all = own.flatMap((set) => [...set]).filter((name) => name !== "" && !common.has(name));
  const shared = all.filter((name, i) => all.indexOf(name) !== i);
  expect(shared).toEqual([]);
});

it.each(Object.entries(sheets))("%s asks nothing of a network", (_name, css) => {
  expect(css).not.toMatch(/url\(|@import|@font-face/);
});
