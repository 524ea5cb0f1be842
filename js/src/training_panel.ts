import { h, icon, setText } from "./shared/dom.ts";
import { type Frame, openFrame } from "./shared/frame.ts";
import { type RenderContext, setTrait } from "./shared/model/model.ts";
import plotCss from "./shared/plot/plot.css";
import tabsCss from "./shared/tabs.css";
import { makeTabs } from "./shared/tabs.ts";
import wordsCss from "./shared/words.css";
import { makeClasses } from "./training_panel/classes/view.ts";
import curvesCss from "./training_panel/curves/curves.css";
import { makeCurves } from "./training_panel/curves/view.ts";
import { makeDataMap } from "./training_panel/data_map/view.ts";
import formCss from "./training_panel/form/form.css";
import { makeForm } from "./training_panel/form/view.ts";
import type { Command } from "./training_panel/header/buttons.ts";
import { makeFoot } from "./training_panel/header/foot.ts";
import { makeHeader } from "./training_panel/header/header.ts";
import { drawnViews, makeInvitation } from "./training_panel/header/invitation.ts";
import { makeNotes } from "./training_panel/header/notes.ts";
import { makeKeepingUp } from "./training_panel/keeping_up.ts";
import { KEYS } from "./training_panel/keys.ts";
import probeHistoryCss from "./training_panel/probe_history/probe_history.css";
import { makeProbeHistory } from "./training_panel/probe_history/view.ts";
import { type Training, trainingReader, VIEW_NAMES, VIEWS } from "./training_panel/state.ts";
import trainingCss from "./training_panel/training_panel.css";
import { TRAITS, type Trait } from "./training_panel/traits.ts";
import viewsCss from "./training_panel/views.css";

function build(frame: Frame<Trait>): (state: Training) => void {
  const { model } = frame;
  const send = (command: Command): void => model.send({ command });
  const header = makeHeader({
    send,
    show: (run) => setTrait(model, "shown", run),
    setRate: (rate) => setTrait(model, "learning_rate", rate),
  });
  const warning = h("span");
  const problem = h("div", { class: "bw-problem", role: "alert" }, icon("alarm"), warning);
  const form = makeForm(frame, {
    find: () => send("find_learning_rate"),
    cancel: () => send("cancel_search"),
  });
  const views = {
    curves: makeCurves(frame),
    probes: makeProbeHistory(frame),
    data: makeDataMap(frame),
    classes: makeClasses(frame),
    notes: makeNotes(),
  };
  const keepUp = makeKeepingUp(() => model.send({ command: "seen" }), frame.signal);
  const invitation = makeInvitation();
  const foot = makeFoot();
  const tabs = makeTabs("Views", VIEW_NAMES, (view) => setTrait(model, "view", view));
  for (const view of VIEWS) tabs.panels[view].append(views[view].element);
  tabs.panels.curves.prepend(form.element);
  frame.body.append(header.element, problem, tabs.element, foot.element);

  return (state) => {
    const { view } = state;
    const shows = drawnViews(state);
    header.draw(state);
    problem.hidden = state.problem === "";
    setText(warning, state.problem);
    tabs.draw(view);
    tabs.panels[view].prepend(invitation.element);
    invitation.draw(shows.words, view);
    form.element.hidden = !shows.form;
    views[view].element.hidden = !shows.view;
    if (shows.form) form.draw(state);
    if (shows.view) views[view].draw(state);
    foot.draw(state);
    if (!state.static) keepUp();
  };
}

function render(context: RenderContext): () => void {
  return openFrame(context, {
    name: "Training panel",
    keys: KEYS,
    css:
      wordsCss + plotCss + tabsCss + trainingCss + curvesCss + formCss + probeHistoryCss + viewsCss,
    traits: TRAITS,
    read: trainingReader(),
    build,
  });
}

export default { render };
