import { button, h, setAttribute, setText } from "../shared/dom.ts";
import { decimal, digitsFor } from "../shared/format.ts";
import type { Frame } from "../shared/frame.ts";
import type { Palette } from "../shared/palette.ts";
import { makeMessage } from "./message.ts";
import { type Pen, widestOf } from "./pen.ts";
import {
  layOutQueryKey,
  paintQueryKey,
  type QueryKeyLayout,
  type Spot,
  spotAt,
} from "./query_key_paint.ts";
import { type QueryRows, rowReader, tokenBeside } from "./query_key_rows.ts";
import { describe, sourceOfWeights } from "./query_key_sentences.ts";
import { signedGridMaker } from "./shades.ts";
import { makeStage } from "./stage.ts";
import type { Attention } from "./state.ts";
import { type Actions, makeView, type View } from "./view.ts";

const WIDEST_LABEL = 96;
const USUAL_SIZE = 64;

interface Drawn {
  state: Attention;
  rows: QueryRows | null;
}

/** One query and every key, from which the weights of a head are computed. */
export function makeQueryKey(frame: Frame, actions: Actions): View {
  let drawn: Drawn | null = null;
  let layout: QueryKeyLayout | null = null;
  let spot: Spot | null = null;
  const readRows = rowReader();
  const gridOf = signedGridMaker();
  const message = makeMessage();
  const reading = h("div", { class: "bw-query-key-reading bw-number", "aria-live": "polite" });
  const source = h("p", { class: "bw-note" });
  const sort = makeSortButton(() => {
    if (drawn !== null) draw(drawn.state);
  });

  const paint = (pen: Pen, palette: Palette): void => {
    if (layout === null || !drawn?.rows) return;
    const { state, rows } = drawn;
    const { queryKey, scores, weights } = rows;
    const { size } = queryKey;
    paintQueryKey(pen, {
      layout,
      scroll: stage.scroll(),
      palette,
      tokens: state.tokens,
      isSpecial: (token) => state.rows.wordOfToken[token] === -1,
      order: rows.order,
      query: rows.query,
      grids: {
        query: gridOf(queryKey.query, size, palette),
        key: gridOf(queryKey.key, size, palette),
        product: gridOf(scores.products, size, palette),
      },
      largest: {
        query: figure(queryKey.queryScale),
        key: figure(queryKey.keyScale),
        product: figure(scores.largest),
      },
      sums: scores.sums,
      weights,
      most: weights.reduce((a, b) => Math.max(a, b), 0),
      spot,
    });
  };
  const stage = makeStage(frame, {
    label: "Queries and keys: the up and down arrow keys choose the token whose query is shown",
    layOut: (available, pen) => {
      if (drawn === null) return null;
      const { tokens } = drawn.state;
      const widest = widestOf(pen, tokens, Math.min(WIDEST_LABEL, 0.2 * available));
      const size = drawn.rows?.queryKey.size ?? USUAL_SIZE;
      layout = layOutQueryKey(available, tokens.length, size, widest);
      message.centre(layout);
      return layout;
    },
    paint,
    pointed: (point) => {
      spot = point && layout && spotAt(layout, point.x, point.y, stage.scroll());
      read();
      stage.repaint();
    },
    pressed: ({ x, y }) => {
      const row = layout && spotAt(layout, x, y, stage.scroll())?.row;
      if (typeof row === "number" && drawn?.rows) actions.look(drawn.rows.order[row] ?? 0);
    },
    key: ({ key }) => {
      const token = drawn?.rows ? tokenBeside(drawn.rows, key) : null;
      if (token === null || !drawn?.rows || layout === null) return false;
      stage.reveal(null, [drawn.rows.order.indexOf(token) * layout.down, layout.down]);
      actions.look(token);
      return true;
    },
  });
  const read = (): void =>
    setText(reading, drawn?.rows ? describe(drawn.rows, drawn.state.tokens, spot) : "");
  const draw = (state: Attention): void => {
    const rows = readRows(state, sort.isOn());
    drawn = { state, rows };
    const isOneHead = state.layer >= 0 && state.head >= 0;
    message.draw(rows === null && isOneHead ? [{ ...state, measure: "weights" }] : [], state);
    if (!isOneHead) message.say("Choose one layer and one head to see its queries and keys.");
    stage.element.classList.toggle("bw-empty", rows === null);
    setText(source, rows === null ? "" : sourceOfWeights(rows));
    read();
    stage.relayout();
  };

  const aside = h("div", { class: "bw-query-key-notes" }, reading, source);
  const view = makeView(stage, message, [sort.element], aside);
  view.element.classList.add("bw-stacked");
  return {
    ...view,
    draw,
    picture: () =>
      layout && drawn?.rows ? { width: layout.viewWidth, height: layout.viewHeight, paint } : null,
  };
}

function makeSortButton(changed: () => void): { element: HTMLElement; isOn: () => boolean } {
  let on = false;
  const look = { class: "bw-zoom-button" };
  const element = button(
    "Largest weight first",
    () => {
      on = !on;
      setAttribute(element, "aria-pressed", `${on}`);
      changed();
    },
    look,
  );
  setAttribute(element, "aria-pressed", "false");
  return { element, isOn: () => on };
}

const figure = (value: number): string => decimal(value, Math.min(2, digitsFor(value)));
