import type { Model } from "../../shared/model/model.ts";
import * as read from "../../shared/model/read.ts";
import { check } from "../../shared/model/read.ts";
import type { Trait } from "../traits.ts";

export const FORM_TRAITS = [
  "_fields",
  "values",
  "_finder",
  "suggested_rate",
  "finding",
] as const satisfies readonly Trait[];
type FormTrait = (typeof FORM_TRAITS)[number];

const KINDS = ["integer", "number", "choice", "flag"] as const;

/** One hyper-parameter, as Python describes it. */
export interface Field {
  name: string;
  label: string;
  help: string;
  kind: (typeof KINDS)[number];
  /** Bounds of a number: at least, more than, at most. */
  least: number | null;
  above: number | null;
  most: number | null;
  choices: string[];
  /** Whether no value is allowed. */
  optional: boolean;
}

export type Value = string | number | boolean | null;

export interface Form {
  fields: Field[];
  values: Readonly<Record<string, unknown>>;
  /** The curve of the learning-rate finder. */
  rates: Float64Array;
  losses: Float64Array;
  suggested: number | null;
  finding: boolean;
}

function readField(item: unknown): Field {
  const { name, label, help, kind, choices, optional, ...rest } = (item ?? {}) as Record<
    string,
    unknown
  >;
  const bound = (value: unknown): number | null => (typeof value === "number" ? value : null);
  const fieldKind = KINDS.find((known) => known === kind);
  const words = Array.isArray(choices) ? choices : [];
  check(
    [name, label, help, ...words].every((word) => typeof word === "string") &&
      fieldKind !== undefined,
    "“_fields” has an item that is not a form field.",
  );
  return {
    name: String(name),
    label: String(label),
    help: String(help),
    kind: fieldKind,
    least: bound(rest["least"]),
    above: bound(rest["above"]),
    most: bound(rest["most"]),
    choices: words as string[],
    optional: optional === true,
  };
}

export function readForm(model: Model<FormTrait>): Form {
  const values = model.get("values") ?? {};
  check(typeof values === "object", "“values” is not an object.");
  const finder = read.float32Rows(model, "_finder", 2);
  const columnOf = (column: number): Float64Array =>
    Float64Array.from({ length: finder.length / 2 }, (_, i) => finder[2 * i + column] ?? 0);
  return {
    fields: read.list(model, "_fields").map(readField),
    values: values as Record<string, unknown>,
    rates: columnOf(0),
    losses: columnOf(1),
    suggested: read.numberOrNull(model, "suggested_rate"),
    finding: read.flag(model, "finding"),
  };
}
