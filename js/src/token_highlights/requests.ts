import type { Range } from "../shared/codepoints.ts";
import { type Model, setTrait } from "../shared/model/model.ts";
import type { Highlights, Span } from "./state.ts";
import type { Tracker } from "./tracker.ts";
import { TRAITS, type Trait } from "./traits.ts";
import { type Edit, traitOf } from "./what_if/questions.ts";
import type { Word } from "./words_state.ts";

const MOST_SPANS = 100;

type Command = "undo" | "redo" | "evidence";

/** Everything the page requests from the kernel. */
export interface Requests {
  /** Sets traits that change the explanation. */
  explain: (traits: Partial<Record<Trait, unknown>>) => void;
  set: (name: Trait, value: unknown) => void;
  /** Explains this label ("" for the predicted one); clears `against` if it is the same label. */
  target: (label: string, against: string) => void;
  texts: (texts: readonly [string, string]) => void;
  command: (name: Command) => void;
  whatIf: (edit: Edit | null) => void;
  /** Scores these words as one span. */
  join: (state: Highlights, words: readonly number[]) => void;
  /** Scores the words of a drawn span separately again. */
  split: (state: Highlights, words: readonly number[]) => void;
}

export function makeRequests(model: Model<Trait>, tracker: Tracker): Requests {
  const set = (name: Trait, value: unknown): void => setTrait(model, name, value);
  const explain = (traits: Partial<Record<Trait, unknown>>): void => {
    tracker.expect();
    for (const name of TRAITS) if (name in traits) model.set(name, traits[name]);
    model.save_changes();
  };
  return {
    explain,
    set,
    target: (label, against) => {
      const target = label === "" ? {} : { target: label };
      const reset = label === "" || label === against ? { against: "" } : {};
      explain({ chosen_target: label, ...target, ...reset });
    },
    texts: ([text, pair]) => explain({ text, pair, edit: {} }),
    command: (command) => {
      if (command !== "evidence") tracker.expect();
      model.send({ command });
    },
    whatIf: (edit) => set("edit", edit === null ? {} : traitOf(edit)),
    join: (state, words) => {
      const covered = coveredBy(state, words);
      if (covered === null) return;
      const spans = state.spans.filter((span) => !overlap(span, covered));
      spans.push([covered.start, covered.end, covered.segment]);
      explain({ spans: spans.slice(-MOST_SPANS), unit: "spans" });
    },
    split: (state, words) => {
      const covered = coveredBy(state, words);
      if (covered === null) return;
      const spans = state.spans.filter((span) => !overlap(span, covered));
      explain({ spans, unit: spans.length > 0 ? "spans" : "words" });
    },
  };
}

type Place = Range & Pick<Word, "segment">;

/** The range from the first of these words to the last, in the text that contains them. */
export function coveredBy({ words }: Highlights, chosen: readonly number[]): Place | null {
  const [first, last] = [words[Math.min(...chosen)], words[Math.max(...chosen)]];
  if (first === undefined || last === undefined) return null;
  return { start: first.start, end: last.end, segment: first.segment };
}

export function overlap([start, end, segment]: Span, place: Place): boolean {
  return segment === place.segment && start < place.end && place.start < end;
}
