import { button, h, setAttribute, setText } from "../../shared/dom.ts";
import { decimal, digitsFor } from "../../shared/format.ts";
import type { Frame } from "../../shared/frame.ts";
import { makeMessage } from "../plot/message.ts";
import { widestOf } from "../plot/pen.ts";
import { signedGridMaker } from "../plot/shades.ts";
import { makeStage, type Point, type Scroll, type Stage } from "../plot/stage.ts";
import type { Attention } from "../state.ts";
import { type Actions, makeView, type Picture, pictureOf, type View } from "../view.ts";
import { layOutQueryKey, paintQueryKey, type QueryKeyLayout, type Spot, spotAt } from "./paint.ts";
import { type QueryRows, rowReader, tokenBeside } from "./rows.ts";
import { describe, sourceOfWeights } from "./sentences.ts";

const WIDEST_LABEL = 96;
const USUAL_SIZE = 64;

interface Drawn {
  state: Attention;
  rows: QueryRows | null;
}

/** What the view shows at the moment. */
interface Shown {
  drawn: Drawn | null;
  layout: QueryKeyLayout | null;
  spot: Spot | null;
}

/** One query and every key, from which the weights of a head are computed. */
export function makeQueryKey(frame: Frame, actions: Actions): View {
  const shown: Shown = { drawn: null, layout: null, spot: null };
  const readRows = rowReader();
  const message = makeMessage();
  const reading = h("div", { class: "bw-query-key-reading bw-number", "aria-live": "polite" });
  const source = h("p", { class: "bw-note" });
  const sort = makeSortButton(() => {
    if (shown.drawn !== null) draw(shown.drawn.state);
  });
  const read = (): void => {
    const { drawn, spot } = shown;
    setText(reading, drawn?.rows ? describe(drawn.rows, drawn.state.tokens, spot) : "");
  };
  const { stage, paint } = makeQueryKeyStage(frame, shown, {
    read,
    placed: (layout) => message.centre(layout),
    look: actions.look,
  });

  const draw = (state: Attention): void => {
    const rows = readRows(state, sort.isOn());
    shown.drawn = { state, rows };
    const isOneHead = state.layer >= 0 && state.head >= 0;
    message.draw(rows === null && isOneHead ? [{ ...state, measure: "weights" }] : [], state);
    if (!isOneHead) message.say("Choose one layer and one head to see its queries and keys.");
    stage.element.classList.toggle("bw-empty", rows === null);
    setText(source, rows === null ? "" : sourceOfWeights(rows));
    read();
    stage.relayout();
  };
  const picture = (): Picture | null => (shown.drawn?.rows ? pictureOf(shown.layout, paint) : null);
  const aside = h("div", { class: "bw-query-key-notes" }, reading, source);
  const view = makeView(stage, message, [sort.element], aside);
  view.element.classList.add("bw-stacked");
  return { ...view, draw, picture };
}

interface StageActions {
  /** What is under the pointer has changed. */
  read: () => void;
  placed: (layout: QueryKeyLayout) => void;
  look: (token: number) => void;
}

/** The drawing with its pointer and keys, which change what is shown. */
function makeQueryKeyStage(
  frame: Frame,
  shown: Shown,
  { read, placed, look }: StageActions,
): { stage: Stage; paint: Picture["paint"] } {
  const paint = queryKeyPainter(shown, () => stage.scroll());
  const spotUnder = (point: Point | null): Spot | null =>
    point && shown.layout && spotAt(shown.layout, point.x, point.y, stage.scroll());
  const stage = makeStage(frame, {
    label: "Queries and keys: the up and down arrow keys choose the token whose query is shown",
    layOut: (available, pen) => {
      if (shown.drawn === null) return null;
      const { state, rows } = shown.drawn;
      const widest = widestOf(pen, state.tokens, Math.min(WIDEST_LABEL, 0.2 * available));
      const size = rows?.queryKey.size ?? USUAL_SIZE;
      shown.layout = layOutQueryKey(available, state.tokens.length, size, widest);
      placed(shown.layout);
      return shown.layout;
    },
    paint,
    pointed: (point) => {
      shown.spot = spotUnder(point);
      read();
      stage.repaint();
    },
    pressed: (point) => {
      const row = spotUnder(point)?.row;
      if (typeof row === "number" && shown.drawn?.rows) look(shown.drawn.rows.order[row] ?? 0);
    },
    key: ({ key }) => {
      const rows = shown.drawn?.rows;
      const token = rows ? tokenBeside(rows, key) : null;
      if (token === null || !rows || shown.layout === null) return false;
      const { down } = shown.layout;
      stage.reveal(null, [rows.order.indexOf(token) * down, down]);
      look(token);
      return true;
    },
  });
  return { stage, paint };
}

function queryKeyPainter(shown: Shown, scroll: () => Scroll): Picture["paint"] {
  const gridOf = signedGridMaker();
  return (pen, palette) => {
    const { drawn, layout, spot } = shown;
    if (layout === null || !drawn?.rows) return;
    const { state, rows } = drawn;
    const { queryKey, scores, weights } = rows;
    const { size } = queryKey;
    paintQueryKey(pen, {
      layout,
      scroll: scroll(),
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
}

function makeSortButton(changed: () => void): { element: HTMLElement; isOn: () => boolean } {
  let on = false;
  const element = button(
    "Largest weight first",
    () => {
      on = !on;
      setAttribute(element, "aria-pressed", `${on}`);
      changed();
    },
    { class: "bw-zoom-button" },
  );
  setAttribute(element, "aria-pressed", "false");
  return { element, isOn: () => on };
}

const figure = (value: number): string => decimal(value, Math.min(2, digitsFor(value)));
