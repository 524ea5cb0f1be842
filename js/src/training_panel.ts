import { h } from "./shared/dom.ts";
import { type Frame, openFrame } from "./shared/frame.ts";
import type { RenderContext } from "./shared/model.ts";
import { makeCharts } from "./training/charts.ts";
import { makeHeader } from "./training/header.ts";
import { invitationOf, makeInvitation } from "./training/invitation.ts";
import { readTraining, TRAITS, type Training } from "./training/state.ts";
import trainingCss from "./training/training.css";

function build(frame: Frame): (state: Training) => void {
  const header = makeHeader((command) => frame.model.send({ command }));
  const charts = makeCharts(frame);
  const invitation = makeInvitation();
  const settings = h("div", { class: "bw-settings" });
  const saved = h("span", {}, "Saved copy: no kernel attached.");
  const foot = h("div", { class: "bw-training-foot bw-note" }, settings, saved);
  const plots = h("div", { class: "bw-plots" }, charts.element, invitation.element);
  frame.body.append(header.element, plots, foot);
  let listed = "";

  return (state) => {
    header.draw(state);
    charts.draw(state);
    const words = invitationOf(state);
    invitation.element.hidden = words === null;
    plots.classList.toggle("bw-empty", words !== null);
    if (words !== null) invitation.draw(words);
    const key = JSON.stringify(state.settings);
    if (key !== listed) {
      listed = key;
      settings.replaceChildren(
        ...state.settings.map(([name, value]) =>
          h("div", {}, h("span", {}, name), h("span", { class: "bw-setting" }, value)),
        ),
      );
    }
    settings.hidden = state.settings.length === 0;
    saved.hidden = !state.static;
    foot.hidden = settings.hidden && saved.hidden;
  };
}

function render(context: RenderContext): () => void {
  return openFrame(context, {
    name: "Training panel",
    css: trainingCss,
    traits: TRAITS,
    read: readTraining,
    build,
  });
}

export default { render };
