import { isWhole, tokenInView } from "../arrangement.ts";
import type { Attention } from "../state.ts";

type Masking = Pick<
  Attention,
  "view" | "rows" | "token" | "selected" | "masked" | "maskable" | "static"
>;

/** The tokens that masking applies to: those of the selected row, except special tokens. */
export function tokensToMask(state: Masking): number[] {
  const token = tokenInView(state);
  if (token === null || state.static || !state.maskable) return [];
  const { rows, view } = state;
  const isByRow = (view === "matrix" || view === "lines") && !isWhole(rows);
  const row = rows.rowOfToken[token];
  const same =
    isByRow && row !== -1
      ? [...rows.rowOfToken.keys()].filter((i) => rows.rowOfToken[i] === row)
      : [token];
  return same.filter((i) => (rows.wordOfToken[i] ?? -1) !== -1);
}

export function isMasked({ masked }: Masking, tokens: readonly number[]): boolean {
  return tokens.length > 0 && tokens.every((token) => masked.has(token));
}

/** The masked tokens after the selection is masked, or unmasked if it was masked. */
export function withToggled(state: Masking): number[] {
  const tokens = tokensToMask(state);
  const others = [...state.masked].filter((token) => !tokens.includes(token));
  return isMasked(state, tokens) ? others : [...others, ...tokens];
}
