import { mix } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { diverging } from "../../shared/color/scales.ts";
import { decimal, digitsFor } from "../../shared/format.ts";
import { strandsOf } from "../lines/links.ts";
import { quantityOf, written } from "../maps.ts";
import { shadingOf } from "../mosaic/effects.ts";
import { type Scale, signedScale, weightScale } from "../plot/shades.ts";
import type { Attention } from "../state.ts";

/** What the colours of the current view mean; null if there is nothing to explain. */
export function scaleOf(state: Attention, palette: Palette): Scale | null {
  const { view, map, measure } = state;
  if (view === "mosaic") return mosaicScale(state, palette);
  if (view === "matrix")
    return weightScale(palette, quantityOf(measure), map ? written(map, map.scale) : "–");
  if (view === "lines") return linesScale(state, palette);
  if (view === "query_key" && state.queryKey)
    return { ...signedScale(palette, "", ""), least: "Negative", most: "Positive" };
  return null;
}

/** From the weakest line to the strongest. */
function linesScale(state: Attention, palette: Palette): Scale | null {
  const strands = strandsOf(state, palette);
  const [first, ...rest] = strands.filter(({ map }) => map !== null);
  if (!first?.map) return null;
  const largest = Math.max(...strands.map(({ map }) => map?.scale ?? 0));
  const color = rest.length === 0 ? first.color : palette.foreground;
  const colors = Array.from({ length: 15 }, (_, i) =>
    mix(palette.background, color, 0.12 + (0.88 * i) / 14),
  );
  const most = written({ ...first.map, scale: largest }, largest);
  return { title: quantityOf(state.measure), colors, least: "0", middle: "", most };
}

function mosaicScale(state: Attention, palette: Palette): Scale {
  const shading = shadingOf(state, state.colour);
  if (shading === null) return weightScale(palette, "Weight", "largest of the head");
  const { title, unit, largest, isSigned } = shading;
  const most = decimal(largest, Math.max(0, Math.min(2, digitsFor(largest))));
  const [orange, blue] = [diverging(palette, -1), diverging(palette, 1)];
  return {
    title,
    colors: Array.from({ length: 16 }, (_, i) => (isSigned && i < 8 ? orange : blue)),
    least: isSigned ? `−${most}` : "0",
    middle: isSigned ? "0" : "",
    most: isSigned ? `+${most}` : `${most} ${unit}`.trim(),
  };
}
