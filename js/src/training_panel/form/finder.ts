import { button, h, setText } from "../../shared/dom.ts";
import { decimal } from "../../shared/format.ts";
import type { Frame } from "../../shared/frame.ts";
import { makeChart } from "../curves/chart.ts";
import { extent, fromZero } from "../curves/series.ts";
import { plain } from "../curves/traces.ts";
import type { Form } from "./state.ts";
import { rateText } from "./values.ts";

const power = (rate: number): string =>
  rate.toExponential(0).replace("e-", "e−").replace("e+", "e");

function statusOf(finding: boolean, tried: number): string {
  if (finding) return "Trying increasing learning rates…";
  return tried > 0 ? "" : "Tries 100 increasing learning rates, then restores the weights.";
}

/** The search for a learning rate: its button, its curve and its suggestion. */
export function makeFinder(
  frame: Frame,
  actions: { find: () => void; cancel: () => void; use: (rate: number) => void },
): { element: HTMLElement; draw: (form: Form) => void } {
  let searching = false;
  const start = button("Find learning rate", () => (searching ? actions.cancel() : actions.find()));
  const status = h("span", { class: "bw-note", "aria-live": "polite" });
  let suggested: number | null = null;
  const use = button("", () => {
    if (suggested !== null) actions.use(suggested);
  });
  const chart = makeChart(frame, {
    title: "Loss against learning rate",
    keys: [],
    format: (value) => decimal(value, 3),
  });
  const element = h(
    "div",
    { class: "bw-finder" },
    h("div", { class: "bw-bar-of-tools" }, start, use, status),
    chart.element,
  );
  const draw = ({ rates, losses, finding, ...form }: Form): void => {
    const { palette } = frame;
    const line = { steps: rates, values: losses };
    // The button sets exactly the rounded value that it shows.
    suggested = form.suggested === null ? null : Number(form.suggested.toPrecision(2));
    searching = finding;
    setText(start, finding ? "Cancel search" : "Find learning rate");
    use.hidden = suggested === null || finding;
    setText(use, suggested === null ? "" : `Use ${rateText(suggested)}`);
    setText(status, statusOf(finding, rates.length));
    chart.element.hidden = rates.length === 0 && !finding;
    const [from, to] = [rates[0] ?? 1e-7, rates.at(-1) ?? 1];
    const color = palette.positiveInk;
    chart.draw({
      plot: {
        x: { bounds: [from, Math.max(to, from * 10)], log: true, format: power },
        y: { bounds: fromZero(extent([line], [from, to])), format: plain },
        traces: [{ line, color, width: 2 }],
        epochs: [],
        mark: suggested === null ? null : { position: suggested, name: rateText(suggested) },
        xName: "Learning rate",
      },
      shown: [],
    });
  };
  return { element, draw };
}
