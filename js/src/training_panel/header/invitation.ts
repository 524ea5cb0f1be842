import { drawing, h, setText } from "../../shared/dom.ts";
import type { Training, View } from "../state.ts";

const CURVES = "M4 8C22 60 58 74 186 78M4 76C34 40 70 22 186 14";

/** Whether any run has a point to draw. */
export function measured({ curves }: Training): boolean {
  return curves.some(({ train, valid }) =>
    [train, valid].some((columns) => (columns.get("step")?.length ?? 0) > 0),
  );
}

/** What will appear in an empty view, and when. */
const COMING: Record<View, string> = {
  curves: "Press Start. Loss, accuracy and learning rate will appear here as the model learns.",
  probes: "Add a sentence below to see how its prediction and word scores change during training.",
  data: "Each training example will appear here as a point once the model has been trained on it.",
  classes:
    "The confusion matrix and the scores of each class will appear after the first evaluation.",
  notes: "Notes on the run, such as a saved checkpoint, will appear here.",
};

function isEmpty(state: Training): boolean {
  const { view, probeHistory, map, classes, notes, probes } = state;
  switch (view) {
    case "curves":
      return !measured(state);
    case "probes":
      return probes.length === 0 && probeHistory.probes.length === 0;
    case "data":
      return map.points.length === 0;
    case "classes":
      return classes.scores === null && classes.confusion === null;
    case "notes":
      return notes.length === 0;
  }
}

/** Headline and text of an empty view; null if the view has something to show. */
export function emptiness(state: Training): [string, string] | null {
  if (!isEmpty(state)) return null;
  const { phase, view } = state;
  if (state.static) return ["Nothing to show", "This view was empty when the copy was saved."];
  if (view !== "curves" || phase === "ready")
    return [
      phase === "ready" && view === "curves" ? "Ready to train" : "Nothing yet",
      COMING[view],
    ];
  return phase === "running"
    ? ["Starting", "Waiting for the first step."]
    : ["No curves", "The run has no steps yet."];
}

interface Drawn {
  form: boolean;
  view: boolean;
  words: [string, string] | null;
}

/** What the open tab shows: the form before Start, the view, or a text if the view is empty. */
export function drawnViews(state: Training): Drawn {
  const { view, phase, form } = state;
  const asks = view === "curves" && phase === "ready" && form.fields.length > 0 && !state.static;
  const words = emptiness(state);
  // Without probes, the input to add one is still needed.
  const keepsView = view === "probes" && !state.static;
  return { form: asks, view: words === null || keepsView, words: asks ? null : words };
}

/** The text shown in place of an empty view. */
export function makeInvitation(): {
  element: HTMLElement;
  draw: (words: [string, string] | null, view: View) => void;
} {
  const headline = h("strong");
  const line = h("span");
  const curves = drawing("0 0 190 84", CURVES);
  const element = h("div", { class: "bw-invitation" }, curves, headline, line);
  const draw = (words: [string, string] | null, view: View): void => {
    element.hidden = words === null;
    element.classList.toggle("bw-large", view === "curves");
    setText(headline, words?.[0] ?? "");
    setText(line, words?.[1] ?? "");
  };
  return { element, draw };
}
