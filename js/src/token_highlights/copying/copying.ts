import type { Frame } from "../../shared/frame.ts";
import { rampOf } from "../../shared/legend.ts";
import type { Store } from "../store.ts";
import { type Copied, copy } from "./clipboard.ts";
import { markupOf } from "./markup.ts";
import { pictureOf } from "./picture.ts";

/** Copies the coloured text as HTML. */
export function copyMarkup(store: Store): Promise<Copied> {
  const markup = markupOf(store.drawing.value);
  const forms = {
    "text/html": new Blob([markup], { type: "text/html" }),
    "text/plain": new Blob([markup], { type: "text/plain" }),
  };
  return copy(forms, "token_highlights.html");
}

/** Copies a picture of these parts of the widget, one below the other. */
export async function copyPicture(
  frame: Frame,
  store: Store,
  parts: readonly HTMLElement[],
): Promise<Copied> {
  const { title, hasSign } = store.shownMethod.value;
  const ramp = rampOf(store.drawing.value.palette, hasSign);
  const canvas = pictureOf(frame.body, parts, title, ramp, frame.palette);
  const file = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  return file === null
    ? "The picture could not be created."
    : copy({ "image/png": file }, "token_highlights.png");
}
