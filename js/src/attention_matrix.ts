import attentionCss from "./attention/attention.css";
import type { Place } from "./attention/layout.ts";
import { makeMatrix } from "./attention/matrix_view.ts";
import { makePicker } from "./attention/picker.ts";
import { makeReadings, makeScale } from "./attention/readings.ts";
import { type Attention, readAttention, TRAITS } from "./attention/state.ts";
import { h, setText } from "./shared/dom.ts";
import { type Frame, openFrame } from "./shared/frame.ts";
import { type RenderContext, setTrait } from "./shared/model.ts";

function build(frame: Frame): (state: Attention) => void {
  const { model, body } = frame;
  let state: Attention | null = null;
  let cursor: Place | null = null;

  const layer = makePicker("Layer", (choice) => setTrait(model, "layer", choice));
  const head = makePicker("Head", (choice) => setTrait(model, "head", choice));
  const scale = makeScale();
  const readings = makeReadings();
  const main = h("div", { class: "bw-main" });
  const matrix = makeMatrix(frame, {
    pointed: (place) => {
      cursor = place;
      if (state !== null) readings.draw(state, cursor);
    },
    select: (word) => setTrait(model, "selected", word),
    laidOut: ({ aside, left }) => {
      main.classList.toggle("bw-beside", aside);
      main.style.setProperty("--bw-axis", `${left}px`);
    },
  });
  const message = h("div", { class: "bw-waiting-head", role: "status", hidden: true });
  main.append(h("div", { class: "bw-plot" }, matrix.element, message), readings.element);
  const saved = h("span");
  body.append(
    h("div", { class: "bw-head" }, layer.element, head.element, scale.element),
    main,
    h(
      "div",
      { class: "bw-note bw-sentence" },
      h("span", {}, "Attention shows where this head looks, not why the model decided."),
      saved,
    ),
  );

  return (next) => {
    const textChanged = state !== null && state.tokens.join("\n") !== next.tokens.join("\n");
    if (textChanged) cursor = null;
    state = next;
    const { layers, heads, held } = next;
    const lacks = (layerAt: number, headAt: number): boolean =>
      next.static && !held.has(layerAt * heads + headAt);
    layer.draw({
      chosen: next.layer,
      count: layers,
      missing: (i) => lacks(i, next.head),
    });
    head.draw({
      chosen: next.head,
      count: heads,
      missing: (i) => lacks(next.layer, i),
    });
    scale.draw(next.weights?.scale ?? null, frame.palette);
    matrix.draw(next);
    readings.draw(next, cursor);
    const absence = next.weights === null ? absenceOf(next) : "";
    message.hidden = absence === "";
    setText(message, absence);
    setText(saved, next.static ? "Saved copy: no kernel attached." : "");
  };
}

function absenceOf(state: Attention): string {
  const name = `Layer ${state.layer + 1}, head ${state.head + 1}`;
  if (state.static) return `${name} was not saved with this page.`;
  return state.tokens.length === 0 ? "Reading the text…" : `Loading ${name.toLowerCase()}…`;
}

function render(context: RenderContext): () => void {
  return openFrame(context, {
    name: "Attention matrix",
    css: attentionCss,
    traits: TRAITS,
    read: readAttention,
    build,
  });
}

export default { render };
