import { button, h } from "../../shared/dom.ts";
import type { Frame } from "../../shared/frame.ts";
import { makeLegend } from "../../shared/legend.ts";
import { setTrait } from "../../shared/model/model.ts";
import { differs } from "../../shared/model/read.ts";
import type { Training } from "../state.ts";
import type { Trait } from "../traits.ts";
import { makePlayer, snapshotAt } from "./player.ts";
import { makeProbeRow, type ProbeRow } from "./row.ts";
import type { ProbeHistory } from "./state.ts";

const MOST_PROBES = 20;
const MOST_CHARACTERS = 2000;

/** The class that the colours refer to; with more than two it depends on the probe. */
function explainedClass({ labels }: ProbeHistory): string {
  return labels.length === 2 ? (labels[1] ?? "") : "its class";
}

/** The predictions and word scores of the probes, step by step. */
export function makeProbeHistory(frame: Frame<Trait>): {
  element: HTMLElement;
  draw: (state: Training) => void;
} {
  const { model, signal } = frame;
  let probes: string[] = [];
  const set = (next: string[]): void => {
    probes = next;
    setTrait(model, "probes", next);
  };
  const player = makePlayer(signal, (chosen) => setTrait(model, "snapshot", chosen));
  const legend = makeLegend();
  const list = h("ol", { class: "bw-probes" });
  const field = h("input", {
    type: "text",
    "aria-label": "A sentence to watch",
    placeholder: "A sentence to watch",
    maxlength: MOST_CHARACTERS,
    dir: "auto",
  });
  const add = (): void => {
    const text = field.value.trim();
    if (text === "" || probes.length >= MOST_PROBES) return;
    field.value = "";
    if (!probes.includes(text)) set([...probes, text]);
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) add();
  });
  const adder = h("div", { class: "bw-adder" }, field, button("Add", add));
  const playback = h("div", { class: "bw-player" }, player.element, legend.element);
  const element = h("div", { class: "bw-probe-history" }, playback, list, adder);
  const listed = differs();
  const changed = differs();
  let rows: ProbeRow[] = [];

  const draw = (state: Training): void => {
    const { probeHistory, static: saved } = state;
    const { palette } = frame;
    ({ probes } = state);
    const texts = probes.length > 0 ? probes : probeHistory.probes;
    const known = probeHistory.steps.length > 0 && probeHistory.probes.length > 0;
    const shown = snapshotAt(state.snapshot, probeHistory.steps.length);
    const renewed = listed(JSON.stringify(texts), saved);
    if (renewed) {
      rows = texts.map((text, i) =>
        makeProbeRow(text, i, saved ? null : () => set(probes.filter((_, at) => at !== i))),
      );
      list.replaceChildren(...rows.map((row) => row.element));
    }
    playback.hidden = !known;
    adder.hidden = saved || probes.length >= MOST_PROBES;
    if (!changed(probeHistory, shown, palette) && !renewed) return;
    player.draw(probeHistory.steps, state.snapshot);
    legend.draw(explainedClass(probeHistory), probeHistory.largest, palette);
    for (const row of rows) row.draw(known ? probeHistory : null, shown, palette);
  };
  return { element, draw };
}
