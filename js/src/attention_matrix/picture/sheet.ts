import { makePalette, ownBackground } from "../../shared/color/palette.ts";
import type { Frame } from "../../shared/frame.ts";
import { scaleOf } from "../controls/scales_of.ts";
import { hasHeads, titleOf } from "../maps.ts";
import type { Attention } from "../state.ts";
import type { Picture } from "../view.ts";
import type { Sheet } from "./save.ts";

/** The current view as saved to a file: always on white, for print. */
export function sheetOf(state: Attention, picture: Picture, frame: Frame): Sheet {
  const palette = makePalette(ownBackground(false), null);
  const family = getComputedStyle(frame.body).fontFamily;
  return { title: headline(state), scale: scaleOf(state, palette), picture, palette, family };
}

function headline(state: Attention): string {
  const { view, layers, heads, lineHeads, layer, measure } = state;
  if (view === "mosaic") return `All ${layers * heads} heads`;
  if (view === "query_key") return `${titleOf({ ...state, measure: "weights" })}: queries and keys`;
  if (view === "lines" && hasHeads(measure) && layer >= 0) {
    const listed = lineHeads.join(", ");
    return `Layer ${layer}, ${lineHeads.length === 1 ? "head" : "heads"} ${listed}`;
  }
  return titleOf(state);
}
