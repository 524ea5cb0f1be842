import { openFrame } from "./shared/frame.ts";
import type { RenderContext } from "./shared/model/model.ts";
import { check } from "./shared/model/read.ts";
import plotCss from "./shared/plot/plot.css";
import tabsCss from "./shared/tabs.css";
import wordsCss from "./shared/words.css";
import evidenceCss from "./token_highlights/evidence/evidence.css";
import { KEYS } from "./token_highlights/keys.ts";
import predictionCss from "./token_highlights/prediction/prediction.css";
import rowsCss from "./token_highlights/rows/rows.css";
import { highlightsReader } from "./token_highlights/state.ts";
import highlightsCss from "./token_highlights/token_highlights.css";
import { makeTracker } from "./token_highlights/tracker.ts";
import { TRAITS } from "./token_highlights/traits.ts";
import { buildHighlights } from "./token_highlights/view.ts";
import menuCss from "./token_highlights/what_if/menu.css";

function render(context: RenderContext): () => void {
  const tracker = makeTracker(context.model);
  const readHighlights = highlightsReader();
  return openFrame(context, {
    name: "Token highlights",
    keys: KEYS,
    css:
      wordsCss +
      plotCss +
      tabsCss +
      predictionCss +
      highlightsCss +
      menuCss +
      rowsCss +
      evidenceCss,
    traits: TRAITS,
    read: (model) => {
      const state = readHighlights(model);
      const explained = state.belongs || tracker.pending(state) || state.error !== "";
      check(explained, "The words do not belong to the text.");
      return state;
    },
    build: (frame) => buildHighlights(frame, tracker),
  });
}

export default { render };
