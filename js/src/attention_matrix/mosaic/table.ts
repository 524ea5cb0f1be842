import { table } from "../../shared/table.ts";
import { type Attention, EFFECT } from "../state.ts";
import { orderOf, type Shading, shadingOf } from "./effects.ts";

/** The numbers of every head, in the order of the mosaic: its statistics, its effect, and whether it is off. */
export function headsTable(state: Attention): HTMLElement {
  const { heads, ablated, statistics } = state;
  const numbers = [EFFECT, ...statistics.map(({ name }) => name)]
    .map((name) => shadingOf(state, name))
    .filter((shading): shading is Shading => shading !== null);
  const rows = orderOf(state).map((number) => [
    String(Math.floor(number / heads)),
    String(number % heads),
    ...numbers.map(({ text, isSure }) => `${isSure(number) ? "" : "≈"}${text(number)}`),
    ...(ablated.size > 0 ? [ablated.has(number) ? "off" : "on"] : []),
  ]);
  const columns = [
    "Layer",
    "Head",
    ...numbers.map(({ title, unit }) => (unit === "" ? title : `${title} (${unit})`)),
    ...(ablated.size > 0 ? ["Switched"] : []),
  ];
  const figures = Array.from({ length: 2 + numbers.length }, (_, i) => i);
  return table("All heads", columns, rows, figures);
}
