import type { Highlights } from "./state.ts";

/** The share of the largest entropy from which probabilities count as even. */
const EVEN = 0.99;
/** How far from one half the probability of one of several labels may be. */
const HALF = 0.06;
const SCALE_ENDS = { logit: 0.5, probability: 0.1 } as const;

type Predicted = Pick<Highlights, "probabilities" | "multiLabel" | "output">;

function isAtChance({ probabilities, multiLabel }: Predicted): boolean {
  if (probabilities === null || probabilities.length === 0) return false;
  if (multiLabel) return probabilities.every((share) => Math.abs(share - 0.5) <= HALF);
  const entropy = probabilities.reduce((sum, share) => sum - share * Math.log(share || 1), 0);
  return probabilities.length > 1 && entropy >= EVEN * Math.log(probabilities.length);
}

/** The least that the strongest colour stands for: at chance, tiny scores would look like evidence. */
export function leastScale(state: Predicted): number {
  return isAtChance(state) ? SCALE_ENDS[state.output] : 0;
}
