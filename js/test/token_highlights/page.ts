import type { Model } from "../../src/shared/model/model.ts";
import highlights from "../../src/token_highlights.ts";
import { highlightsState, modelOf } from "../shared/models.ts";
import { find, frames, named, render } from "../shared/page.ts";

/** Renders the words of "not bad 😀", with some traits changed, and keeps what the page sends. */
export function open(changes: Record<string, unknown> = {}): { model: Model; sent: unknown[] } {
  const model = modelOf(highlightsState(changes));
  const sent: unknown[] = [];
  model.send = (content) => {
    sent.push(content);
  };
  render(highlights, model);
  return { model, sent };
}

export const words = () => find('[role="option"]');

/** The selected words. */
export const chosen = () =>
  words().flatMap((word, i) => (word.getAttribute("aria-selected") === "true" ? [i] : []));

/** Chooses a value in the list with a name. */
export const choose = (name: string, value: string) => {
  const select = named(name) as HTMLSelectElement;
  select.value = value;
  select.dispatchEvent(new Event("change"));
  frames();
};
