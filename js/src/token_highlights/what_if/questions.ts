import type { Model } from "../../shared/model/model.ts";
import { check } from "../../shared/model/read.ts";
import type { Trait } from "../traits.ts";

export type Action = "mask" | "delete" | "replace";

/** A what-if question: these words masked, deleted or replaced. */
export interface Edit {
  words: readonly number[];
  action: Action;
  with: string;
}

/** The prediction for the edited text. */
export interface Answer {
  edit: Edit;
  texts: [string, string];
  probabilities: number[];
}

type Table = Record<string, unknown>;

/** The form in which the kernel takes and returns an edit. */
export function traitOf({ words, action, with: replacement }: Edit): Table {
  const which = words.length === 1 ? { word: words[0] } : { words };
  return { ...which, action, with: replacement };
}

export function sameEdit(one: Edit, other: Edit): boolean {
  return JSON.stringify(traitOf(one)) === JSON.stringify(traitOf(other));
}

function tableOf(value: unknown, name: string): Table | null {
  check(
    value === undefined || value === null || (typeof value === "object" && !Array.isArray(value)),
    `“${name}” is not an object.`,
  );
  return value && Object.keys(value).length > 0 ? (value as Table) : null;
}

function editIn(table: Table | null, name: string): Edit | null {
  if (table === null) return null;
  const { word, words = [word], action, with: replacement = "" } = table;
  check(
    Array.isArray(words) &&
      words.every((number) => Number.isInteger(number)) &&
      (action === "mask" || action === "delete" || action === "replace") &&
      typeof replacement === "string",
    `“${name}” does not describe an edit.`,
  );
  return { words: words.map(Number), action, with: replacement };
}

export function readEdit(model: Model<Trait>): Edit | null {
  return editIn(tableOf(model.get("edit"), "edit"), "edit");
}

export function readAnswer(model: Model<Trait>, labels: number): Answer | null {
  const table = tableOf(model.get("edited"), "edited");
  const edit = editIn(tableOf(table?.["edit"], "edited"), "edited");
  if (table === null || edit === null) return null;
  const { text, pair = "", probabilities } = table;
  check(
    typeof text === "string" &&
      typeof pair === "string" &&
      Array.isArray(probabilities) &&
      probabilities.length === labels &&
      probabilities.every((share) => typeof share === "number" && Number.isFinite(share)),
    "“edited” is not the answer to an edit.",
  );
  return { edit, texts: [text, pair], probabilities };
}
