import { drawing, h, setText } from "../shared/dom.ts";
import type { Training, View } from "./state.ts";

const CURVES = "M4 8C22 60 58 74 186 78M4 76C34 40 70 22 186 14";

/** Whether there is a point to draw, in whichever run. */
export function measured({ curves }: Training): boolean {
  return curves.some(({ train, valid }) =>
    [train, valid].some((columns) => (columns.get("step")?.length ?? 0) > 0),
  );
}

/** What will appear in a view, and when. */
const COMING: Record<View, string> = {
  curves: "Press Start: loss, accuracy and learning rate draw themselves here as the model learns.",
  probes: "Add a sentence below to watch, word by word, how the model's view of it changes.",
  data: "Each training example becomes a point here once the model has met it in training.",
  classes: "The confusion matrix and each class's scores appear with the first evaluation.",
  notes: "What happens besides the measurements, such as a saved checkpoint, is noted here.",
};

function lacks(state: Training): boolean {
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

/** A headline and a line for a view without anything to show; null where it has something. */
export function emptiness(state: Training): [string, string] | null {
  if (!lacks(state)) return null;
  const { phase, view } = state;
  if (state.static) return ["Nothing here", "There was nothing to show when this copy was saved."];
  if (view !== "curves" || phase === "ready")
    return [
      phase === "ready" && view === "curves" ? "Ready to train" : "Nothing yet",
      COMING[view],
    ];
  return phase === "running"
    ? ["Warming up", "Waiting for the first step."]
    : ["No curves", "Not one step was measured."];
}

interface Drawn {
  form: boolean;
  view: boolean;
  words: [string, string] | null;
}

/** What the open tab shows: the form before Start, the view itself, or words in its place. */
export function drawnViews(state: Training): Drawn {
  const { view, phase, form } = state;
  const asks = view === "curves" && phase === "ready" && form.fields.length > 0 && !state.static;
  const words = emptiness(state);
  // Where there are no probes yet, the field to add one stays.
  const stays = view === "probes" && !state.static;
  return { form: asks, view: words === null || stays, words: asks ? null : words };
}

/** What stands in a view's place while it is empty. */
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
