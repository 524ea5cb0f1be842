import evidenceCss from "./highlights/evidence.css";
import highlightsCss from "./highlights/highlights.css";
import menuCss from "./highlights/menu.css";
import predictionCss from "./highlights/prediction.css";
import rowsCss from "./highlights/rows.css";
import { highlightsReader, TRAITS } from "./highlights/state.ts";
import { makeTracker } from "./highlights/tracker.ts";
import { buildHighlights } from "./highlights/view.ts";
import { openFrame } from "./shared/frame.ts";
import type { RenderContext } from "./shared/model.ts";
import plotCss from "./shared/plot.css";
import { check, text } from "./shared/read.ts";
import wordsCss from "./shared/words.css";

function render(context: RenderContext): () => void {
  const tracker = makeTracker(context.model);
  const readHighlights = highlightsReader();
  return openFrame(context, {
    name: "Token highlights",
    css: wordsCss + plotCss + predictionCss + highlightsCss + menuCss + rowsCss + evidenceCss,
    traits: TRAITS,
    read: (model) => {
      const state = readHighlights(model);
      const explained = state.belongs || tracker.pending(state) || text(model, "error") !== "";
      check(explained, "The saved state is damaged: its words are not those of its text.");
      return state;
    },
    build: (frame) => buildHighlights(frame, tracker),
  });
}

export default { render };
