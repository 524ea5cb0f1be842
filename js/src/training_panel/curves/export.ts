import { css } from "../../shared/color/color.ts";
import type { Palette } from "../../shared/color/palette.ts";
import { h } from "../../shared/dom.ts";
import { FONT, paint } from "../../shared/plot/plot.ts";
import type { Chart } from "./chart.ts";
import type { Curves } from "./state.ts";

const VALUES: readonly [string, "train" | "valid", string][] = [
  ["loss", "train", "loss"],
  ["loss_mean", "train", "loss_mean"],
  ["learning_rate", "train", "learning_rate"],
  ["gradient_norm", "train", "gradient_norm"],
  ["validation_loss", "valid", "loss"],
  ["validation_accuracy", "valid", "accuracy"],
  ["validation_macro_f1", "valid", "macro_f1"],
];

/** A field of a CSV file; a spreadsheet would take a name with a leading sign for a formula. */
function quoted(name: string): string {
  const safe = /^[=+\-@\t\r]/.test(name) ? `'${name}` : name;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Every measurement on the page, with one row for each run, step and kind of measurement. */
export function csvOf(curves: Curves): string {
  const rows = [["run", "step", ...VALUES.map(([name]) => name)].join(",")];
  for (const run of curves) {
    for (const kind of ["train", "valid"] as const) {
      const steps = run[kind].get("step") ?? [];
      steps.forEach((step, i) => {
        const values = VALUES.map(([, source, column]) => {
          const value = source === kind ? run[kind].get(column)?.[i] : undefined;
          return value === undefined || !Number.isFinite(value)
            ? ""
            : String(Number(value.toPrecision(7)));
        });
        rows.push([quoted(run.name), step, ...values].join(","));
      });
    }
  }
  return `${rows.join("\n")}\n`;
}

interface Named {
  name: string;
  color: string;
  dashed?: boolean;
}

const WIDTH = 640;
const HEIGHT = 300;
const HEAD = 30;
const MARGIN = 24;
const WRITING = FONT.replace("11px", "13px");

function paintKeys(
  ctx: CanvasRenderingContext2D,
  keys: readonly Named[],
  places: readonly Place[],
): void {
  keys.forEach(({ name, color, dashed }, i) => {
    const [left, top] = places[i] ?? [0, 0];
    ctx.strokeStyle = color;
    ctx.lineWidth = 2.5;
    ctx.setLineDash(dashed ? [4, 3] : []);
    ctx.beginPath();
    ctx.moveTo(left, top);
    ctx.lineTo(left + 16, top);
    ctx.stroke();
    ctx.fillText(name, left + 21, top);
  });
  ctx.setLineDash([]);
}

type Place = readonly [left: number, top: number];

/** Where each key of these widths stands: in lines of a width, from an indent on. */
export function placed(widths: readonly number[], width: number, indent = 0): Place[] {
  let [left, top] = [indent, 0];
  return widths.map((own) => {
    if (left > 0 && left + own > width) [left, top] = [0, top + HEAD];
    const place = [left, top] as const;
    left += own;
    return place;
  });
}

/** All charts two by two on one canvas, with their legends and the names of several runs. */
export function pictureOf(
  charts: readonly Chart[],
  runs: readonly Named[],
  palette: Palette,
): HTMLCanvasElement {
  const canvas = h("canvas");
  const ctx = canvas.getContext("2d");
  if (ctx === null) return canvas;
  ctx.font = WRITING;
  const widthsOf = (keys: readonly Named[]) =>
    keys.map(({ name }) => 40 + ctx.measureText(name).width);
  const places = placed(widthsOf(runs), 2 * WIDTH + MARGIN);
  const several = runs.length > 0 ? HEAD + (places.at(-1)?.[1] ?? 0) : 0;
  canvas.width = 2 * (2 * WIDTH + 3 * MARGIN);
  canvas.height = 2 * (several + Math.ceil(charts.length / 2) * (HEAD + HEIGHT) + 2 * MARGIN);
  ctx.scale(2, 2);
  ctx.fillStyle = css(palette.background);
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.textBaseline = "middle";
  const drawAt = (x: number, y: number, draw: () => void): void => {
    ctx.save();
    ctx.translate(x, y);
    ctx.fillStyle = css(palette.foreground);
    ctx.font = WRITING;
    draw();
    ctx.restore();
  };
  if (several > 0) drawAt(MARGIN, MARGIN + HEAD / 2, () => paintKeys(ctx, runs, places));
  charts.forEach(({ title, keys, drawing }, i) => {
    if (drawing === null) return;
    const x = MARGIN + (i % 2) * (WIDTH + MARGIN);
    const y = MARGIN + several + Math.floor(i / 2) * (HEIGHT + HEAD);
    drawAt(x, y + HEAD / 2, () => {
      ctx.font = `600 ${ctx.font}`;
      ctx.fillText(title, 0, 0);
      const start = ctx.measureText(title).width + 20;
      ctx.font = WRITING;
      const named = keys.flatMap((name, k) => {
        const { color, dashed } = drawing.shown[k] ?? { color: palette.muted };
        return name === "" ? [] : [{ name, color: css(color), dashed: dashed === true }];
      });
      paintKeys(ctx, named, placed(widthsOf(named), WIDTH, start));
    });
    const plot = { ...drawing.plot, cursor: null, xName: "Step" };
    drawAt(x, y + HEAD, () => paint(ctx, plot, WIDTH, HEIGHT, palette));
  });
  return canvas;
}
