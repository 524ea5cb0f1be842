import { button, h, setAttribute, setText } from "../../shared/dom.ts";
import { signed } from "../../shared/format.ts";
import { partlySaved } from "../maps.ts";
import { type Attention, EFFECT } from "../state.ts";
import { effectOf, effectText, headInView, statisticText } from "./effects.ts";

interface DetailActions {
  open: (head: number) => void;
  toggle: (head: number) => void;
}

/** The head under the pointer, or else the chosen one: its name, its statistics compared with all heads, its effect. */
export function makeHeadDetail(actions: DetailActions): {
  element: HTMLElement;
  draw: (state: Attention, pointed: number | null) => void;
} {
  let head = 0;
  const name = h("div", { class: "bw-head-name", "aria-live": "polite" });
  const effect = h("div", { class: "bw-head-effect" });
  const rows = h("div", { class: "bw-head-numbers" });
  const off = button("", () => actions.toggle(head));
  const buttons = h(
    "div",
    { class: "bw-head-buttons" },
    button("Open", () => actions.open(head)),
    off,
  );
  const hint = h("p", { class: "bw-note" });
  const meaning = h("p", { class: "bw-note" });
  const element = h("div", { class: "bw-head-detail" }, name, effect, rows, buttons, hint, meaning);

  const draw = (state: Attention, pointed: number | null): void => {
    head = pointed ?? headInView(state);
    const [layer, number] = [Math.floor(head / state.heads), head % state.heads];
    setText(name, `Layer ${layer}, head ${number}`);
    drawEffect(effect, state, head);
    rows.replaceChildren(
      ...state.statistics.flatMap((statistic) => {
        const largest = statistic.values.reduce((a, b) => (b > a ? b : a), 0);
        const value = statistic.values[head] ?? 0;
        const fill = h("span", { class: "bw-strength-fill" });
        fill.style.width = `${largest > 0 ? Math.max(0, (100 * value) / largest) : 0}%`;
        const { title, unit, explanation } = statistic;
        return [
          h("span", { class: "bw-head-number-name", title: explanation }, title),
          h("span", { class: "bw-strength-track" }, fill),
          h("span", { class: "bw-number", title: unit }, statisticText(statistic, head)),
        ];
      }),
    );
    const isOff = state.ablated.has(head);
    off.hidden = state.static;
    setText(off, isOff ? "Switch on" : "Switch off");
    setAttribute(off, "aria-pressed", isOff ? "true" : "false");
    setText(meaning, meaningOf(state));
    meaning.hidden = meaning.textContent === "";
    setText(
      hint,
      state.static
        ? `Click a head to open it.${partlySaved(state) ? " A dot marks the heads that were saved in full." : ""}`
        : "Click a head to open it. To switch it off, click the × in its corner, press x or Shift-click.",
    );
  };
  return { element, draw };
}

/** What the numbers under the thumbnails mean. */
function meaningOf({ colour, statistics, target, effects }: Attention): string {
  if (colour === EFFECT) {
    const grey = effects.every(Number.isFinite) ? "" : " Grey numbers are estimates.";
    return `Under each head: the logit of ${target} with the head minus the logit without it.${grey}`;
  }
  const shown = statistics.find(({ name }) => name === colour);
  return shown === undefined ? "" : `Under each head: ${shown.title}. ${shown.explanation}`;
}

function drawEffect(element: HTMLElement, state: Attention, head: number): void {
  const effect = effectOf(state, head);
  element.hidden = effect === null;
  if (effect === null) return;
  element.replaceChildren(
    h("span", {}, `Effect on ${state.target}`),
    h("strong", { class: "bw-number" }, effectText(effect)),
    h("span", { class: "bw-note" }, effect.exact ? "measured" : "estimated"),
  );
  element.title = `The logit of ${state.target} with this head minus the logit without it: ${signed(effect.value, 3)}`;
}
