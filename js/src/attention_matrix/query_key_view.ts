import { button, h, setAttribute, setText } from "../shared/dom.ts";
import { decimal, digitsFor, signed } from "../shared/format.ts";
import type { Frame } from "../shared/frame.ts";
import type { Palette } from "../shared/palette.ts";
import { isWhole, tokenInView } from "./arrangement.ts";
import { valueAt } from "./maps.ts";
import { makeMessage } from "./message.ts";
import { type Pen, widestOf } from "./pen.ts";
import {
  layOutQueryKey,
  paintQueryKey,
  type QueryKeyLayout,
  type Spot,
  spotAt,
} from "./query_key_paint.ts";
import { type QueryKey, type Scores, scoresOf } from "./query_key_state.ts";
import { quoted } from "./readings.ts";
import { signedGridMaker } from "./shades.ts";
import { makeStage } from "./stage.ts";
import type { Attention } from "./state.ts";
import { type Actions, makeView, type View } from "./view.ts";

const WIDEST_LABEL = 96;

/** One query and every key, from which the weights of a head are computed. */
export function makeQueryKey(frame: Frame, actions: Actions): View {
  let state: Attention | null = null;
  let layout: QueryKeyLayout | null = null;
  let spot: Spot | null = null;
  let scored: { queryKey: QueryKey; query: number; scores: Scores } | null = null;
  let byWeight = false;
  const gridOf = signedGridMaker();
  const message = makeMessage();
  const reading = h("div", { class: "bw-query-key-reading bw-number", "aria-live": "polite" });
  const remark = h("p", { class: "bw-note" });
  const sort = button(
    "Largest weight first",
    () => {
      byWeight = !byWeight;
      setAttribute(sort, "aria-pressed", `${byWeight}`);
      stage.repaint();
    },
    { class: "bw-zoom-button" },
  );
  setAttribute(sort, "aria-pressed", "false");

  const query = (): number => (state === null ? 0 : (tokenInView(state) ?? 0));
  const scores = (queryKey: QueryKey): Scores => {
    if (scored?.queryKey !== queryKey || scored.query !== query())
      scored = { queryKey, query: query(), scores: scoresOf(queryKey, query()) };
    return scored.scores;
  };
  const present = (): QueryKey | null => {
    const queryKey = state?.queryKey ?? null;
    return queryKey?.layer === state?.layer && queryKey?.head === state?.head ? queryKey : null;
  };
  const weights = (queryKey: QueryKey): Float32Array =>
    (state && exactRow(state, query())) ?? scores(queryKey).weights;
  const order = (queryKey: QueryKey): number[] => {
    const tokens = [...(state?.tokens.keys() ?? [])];
    const own = weights(queryKey);
    return byWeight ? tokens.sort((a, b) => (own[b] ?? 0) - (own[a] ?? 0)) : tokens;
  };
  const paint = (pen: Pen, palette: Palette): void => {
    const queryKey = present();
    if (state === null || layout === null || queryKey === null) return;
    const { rows } = state;
    const made = scores(queryKey);
    const shown = weights(queryKey);
    const { size } = queryKey;
    paintQueryKey(pen, {
      layout,
      scroll: stage.scroll(),
      palette,
      tokens: state.tokens,
      isSpecial: (token) => rows.wordOfToken[token] === -1,
      order: order(queryKey),
      query: query(),
      grids: {
        query: gridOf(queryKey.query, size, palette),
        key: gridOf(queryKey.key, size, palette),
        product: gridOf(made.products, size, palette),
      },
      largest: {
        query: figure(queryKey.queryScale),
        key: figure(queryKey.keyScale),
        product: figure(made.largest),
      },
      sums: made.sums,
      weights: shown,
      most: shown.reduce((a, b) => Math.max(a, b), 0),
      spot,
    });
  };
  const stage = makeStage(frame, {
    label: "Queries and keys: the up and down arrow keys choose the token whose query is shown",
    layOut: (available, pen) => {
      if (state === null) return null;
      const { tokens } = state;
      const widest = widestOf(pen, tokens, Math.min(WIDEST_LABEL, 0.2 * available));
      layout = layOutQueryKey(available, tokens.length, present()?.size ?? 64, widest);
      message.centre(layout);
      return layout;
    },
    paint,
    pointed: (at) => {
      spot = at && layout && spotAt(layout, at.x, at.y, stage.scroll());
      read();
      stage.repaint();
    },
    pressed: ({ x, y }) => {
      const at = layout && spotAt(layout, x, y, stage.scroll());
      const queryKey = present();
      if (at && at.row !== null && queryKey) actions.look(order(queryKey)[at.row] ?? 0);
    },
    key: ({ key }) => {
      const queryKey = present();
      if (queryKey === null || layout === null) return false;
      const listed = order(queryKey);
      const from = listed.indexOf(query());
      const steps: Record<string, number> = {
        ArrowDown: from + 1,
        ArrowUp: from - 1,
        Home: 0,
        End: listed.length - 1,
      };
      const to = steps[key];
      if (to === undefined) return false;
      const row = Math.min(listed.length - 1, Math.max(0, to));
      stage.reveal(null, [row * layout.down, layout.down]);
      actions.look(listed[row] ?? 0);
      return true;
    },
  });
  const read = (): void => {
    const queryKey = present();
    if (state === null || queryKey === null) setText(reading, "");
    else if (spot === null) setText(reading, hint(state, query()));
    else setText(reading, spoken(state, queryKey, query(), spot, order(queryKey)));
  };

  const aside = h("div", { class: "bw-query-key-notes" }, reading, remark);
  const view = makeView(stage, message, [sort], aside);
  view.element.classList.add("bw-stacked");
  return {
    ...view,
    draw: (next) => {
      state = next;
      const queryKey = present();
      message.draw(
        queryKey === null && next.head >= 0 ? [{ ...next, measure: "weights" }] : [],
        next,
      );
      if (next.layer < 0 || next.head < 0)
        message.say("Choose one layer and one head to see its queries and keys.");
      stage.element.classList.toggle("bw-empty", queryKey === null);
      setText(remark, queryKey === null ? "" : remarkOn(next, queryKey));
      read();
      stage.relayout();
    },
    picture: () =>
      layout && present() ? { width: layout.viewWidth, height: layout.viewHeight, paint } : null,
  };
}

const figure = (value: number): string => decimal(value, Math.min(2, digitsFor(value)));

/** The weights of the model, if the current matrix has a row for every token. */
function exactRow({ map, rows, measure }: Attention, query: number): Float32Array | null {
  if (map === null || measure !== "weights" || !isWhole(rows)) return null;
  return Float32Array.from({ length: map.count }, (_, column) => valueAt(map, query, column));
}

function hint({ tokens }: Attention, query: number): string {
  return `The query of ${quoted(tokens[query])} compared with the key of every token. Click a row to choose another token.`;
}

function spoken(
  { tokens }: Attention,
  { query, key, size, queryScale, keyScale }: QueryKey,
  token: number,
  { row, dimension }: Spot,
  order: readonly number[],
): string {
  const other = row === null ? token : (order[row] ?? 0);
  const name = `${quoted(tokens[token])} → ${quoted(tokens[other])}`;
  if (dimension === null || row === null) return name;
  const q = ((query[token * size + dimension] ?? 0) / 127) * queryScale;
  const k = ((key[other * size + dimension] ?? 0) / 127) * keyScale;
  const digits = Math.max(2, digitsFor(Math.max(queryScale, keyScale)));
  return `${name}, dimension ${dimension + 1}: ${decimal(q, digits)} × ${decimal(k, digits)} = ${signed(q * k, digits)}`;
}

function remarkOn(state: Attention, { complete, size }: QueryKey): string {
  const source = `the softmax of the sums over √${size}`;
  if (complete) return `The weight is ${source}.`;
  const added = "this model also adds a term for positions, or ignores distant tokens";
  return exactRow(state, 0) === null
    ? `The weight shown is ${source}; ${added}, so the model's own weights differ.`
    : `The weight is the model's own. It is not ${source}, because ${added}.`;
}
