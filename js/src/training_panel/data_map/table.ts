import { h } from "../../shared/dom.ts";
import { count, decimal } from "../../shared/format.ts";
import { table } from "../../shared/table.ts";
import { coverage } from "./key.ts";
import { widthOf } from "./paint.ts";
import { type DataMap, POINT } from "./state.ts";

const BANDS = 5;

interface Example {
  variability: number;
  confidence: number;
  correctness: number;
  label: number;
}

/** Where the examples of a map are: how many in each part of it, and of single-label data in each class. */
export function mapTable(map: DataMap, oneLabel: boolean): HTMLElement {
  const examples = examplesOf(map);
  const explained = `Examples by confidence and variability, and the share of their predictions that were correct. ${coverage(map)}.`;
  return h(
    "div",
    {},
    h("p", { class: "bw-note" }, explained),
    bandsTable(examples, widthOf(map)),
    ...(oneLabel ? [classesTable(examples, map.labels)] : []),
  );
}

function examplesOf({ points }: DataMap): Example[] {
  return Array.from({ length: points.length / POINT }, (_, i) => {
    const [variability = 0, confidence = 0, correctness = 0, label = 0] = points.subarray(
      i * POINT,
      (i + 1) * POINT,
    );
    return { variability, confidence, correctness, label };
  });
}

/** One row for each band of confidence, the highest first as on the map. */
function bandsTable(examples: readonly Example[], width: number): HTMLElement {
  const bandOf = (value: number, most: number): number =>
    Math.min(BANDS - 1, Math.floor((BANDS * value) / most));
  const range = (band: number, most: number): string =>
    [band, band + 1].map((edge) => decimal((edge * most) / BANDS, 2)).join(" to ");
  const bands = Array.from({ length: BANDS }, (_, i) => i);
  const rows = [...bands].reverse().map((high) => {
    const within = examples.filter(({ confidence }) => bandOf(confidence, 1) === high);
    const cells = bands.map((right) =>
      described(within.filter(({ variability }) => bandOf(variability, width) === right)),
    );
    return [range(high, 1), ...cells];
  });
  const columns = ["Confidence", ...bands.map((band) => `Variability ${range(band, width)}`)];
  return table("Data map by confidence and variability", columns, rows);
}

function described(examples: readonly Example[]): string {
  if (examples.length === 0) return "–";
  const correct = decimal(100 * mean(examples.map(({ correctness }) => correctness)), 0);
  return `${count(examples.length)}, ${correct}% correct`;
}

function classesTable(examples: readonly Example[], labels: readonly string[]): HTMLElement {
  const columns = ["Label", "Examples", "Confidence", "Variability", "Correctness"];
  const rows = labels.map((label, i) => {
    const own = examples.filter((example) => example.label === i);
    const figure = (of: (example: Example) => number): string =>
      own.length === 0 ? "–" : decimal(mean(own.map(of)), 2);
    return [
      h("bdi", {}, label),
      count(own.length),
      figure(({ confidence }) => confidence),
      figure(({ variability }) => variability),
      figure(({ correctness }) => correctness),
    ];
  });
  return table("Data map by label, means", columns, rows, [1, 2, 3, 4]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
