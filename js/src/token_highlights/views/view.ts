import type { Highlights } from "../state.ts";

/** What the tabs under the text show. */
export type View = "evidence" | "layers" | "classes" | "tokens";

export const VIEW_NAMES: Record<View, string> = {
  evidence: "Evidence",
  layers: "Layers",
  classes: "Classes",
  tokens: "Tokens",
};

/** The tab that is open once a state has arrived: Python opens and closes those of classes and layers. */
export function openedBy(
  before: Highlights | null,
  { compare, byLayer }: Highlights,
  open: View | null,
): View | null {
  if (compare && before?.compare !== true) return "classes";
  if (byLayer && before?.byLayer !== true) return "layers";
  const closed = (open === "classes" && !compare) || (open === "layers" && !byLayer);
  return closed && before !== null ? null : open;
}
