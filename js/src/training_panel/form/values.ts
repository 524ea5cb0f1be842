import type { Field, Value } from "./state.ts";

/** A value as it is usually typed: 5e-5 rather than 0.00005. */
export function typed(value: unknown): string {
  if (typeof value !== "number") return typeof value === "string" ? value : "";
  const small = value !== 0 && Math.abs(value) < 0.001;
  return small ? value.toExponential() : String(value);
}

function limitsOf({ kind, least, above, most }: Field): string {
  const limits = [
    ["at least", least],
    ["above", above],
    ["at most", most],
  ].flatMap(([word, bound]) => (bound === null ? [] : [`${word} ${typed(bound)}`]));
  return `${kind === "integer" ? "a whole number" : "a number"} ${limits.join(" and ")}`.trim();
}

/** The value of the typed text, or a sentence that describes valid values. */
export function parsed(field: Field, text: string): { value: Value } | { problem: string } {
  const bare = text.trim();
  if (bare === "" && field.optional) return { value: null };
  const { kind, least, above, most } = field;
  const value = bare === "" ? Number.NaN : Number(bare);
  const fits =
    Number.isFinite(value) &&
    (kind !== "integer" || Number.isInteger(value)) &&
    (least === null || value >= least) &&
    (above === null || value > above) &&
    (most === null || value <= most);
  return fits ? { value } : { problem: `“${bare}” is not valid: enter ${limitsOf(field)}.` };
}

/** A learning rate with two digits: 3.2e-04. */
export function rateText(rate: number): string {
  return rate.toExponential(1).replace(/e([+-])(\d)$/, "e$10$2");
}
