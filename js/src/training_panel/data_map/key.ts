import { css } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { h } from "../../shared/dom.ts";
import { count } from "../../shared/format.ts";
import { correctnessColor, SHAPES, shapeOf } from "./paint.ts";
import { type DataMap, POINT } from "./state.ts";

/** How many examples are in the map, and over how many epochs they were recorded. */
export function coverage({ points, size, epochs }: DataMap): string {
  const drawn = points.length / POINT;
  const which =
    drawn < size ? `${count(drawn)} of ${count(size)} examples` : `${count(size)} examples`;
  return `${which}, recorded over ${Number(epochs.toFixed(1))} ${epochs === 1 ? "epoch" : "epochs"}`;
}

/** The key of the colours and shapes of the map. */
export function keyOf(map: DataMap, palette: Palette): Node[] {
  const ramp = h("span", { class: "bw-map-ramp" });
  const stops = [0, 0.25, 0.5, 0.75, 1].map((t) => css(correctnessColor(palette, t)));
  ramp.style.backgroundImage = `linear-gradient(to right, ${stops.join(", ")})`;
  const shapes =
    map.labels.length > 1 && map.labels.length <= SHAPES.length
      ? map.labels.map((label, i) =>
          h("span", { class: `bw-shape bw-shape-${shapeOf(map, i)}`, dir: "auto" }, label),
        )
      : [];
  return [h("span", { class: "bw-ramp-key" }, "never correct", ramp, "always correct"), ...shapes];
}
