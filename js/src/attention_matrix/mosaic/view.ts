import type { Palette } from "../../shared/color/palette.ts";
import type { Frame } from "../../shared/frame.ts";
import { partlySaved } from "../maps.ts";
import { makeMessage } from "../plot/message.ts";
import type { Pen } from "../plot/pen.ts";
import { gridMaker } from "../plot/shades.ts";
import { makeStage, type Point, type Stage } from "../plot/stage.ts";
import type { Attention } from "../state.ts";
import { type Actions, makeView, pictureOf, type View } from "../view.ts";
import { chosenHead, headInView, orderOf, shadingOf, toggled } from "./effects.ts";
import { makeHeadDetail } from "./head_detail.ts";
import {
  holds,
  layOutMosaic,
  type MosaicLayout,
  placeBeside,
  placeUnder,
  switchOf,
  switchReach,
  thumbAt,
} from "./layout.ts";
import { paintMosaic } from "./paint.ts";

const KEYS: Record<string, "open" | "toggle" | "leave"> = {
  Enter: "open",
  " ": "open",
  x: "toggle",
  Delete: "toggle",
  Escape: "leave",
};

const LABEL =
  "All heads: arrow keys move from head to head, Enter opens a head, x switches it off or on";

interface Drawn {
  state: Attention;
  order: number[];
  saved: ReadonlySet<number> | null;
}

/** What the view shows at the moment. */
interface Shown {
  drawn: Drawn | null;
  layout: MosaicLayout | null;
  /** The head under the pointer, or reached with the keyboard. */
  pointed: number | null;
}

interface HeadActions {
  open: (head: number) => void;
  toggle: (head: number) => void;
}

/** Every head at a glance. */
export function makeMosaic(frame: Frame, actions: Actions): View {
  const shown: Shown = { drawn: null, layout: null, pointed: null };
  const message = makeMessage();
  const headActions = headActionsOf(shown, actions);
  const detail = makeHeadDetail(headActions);
  const paint = mosaicPainter(shown);
  const stage = makeMosaicStage(frame, shown, {
    ...headActions,
    paint: (pen, palette) =>
      paint(pen, palette, shown.drawn === null ? [] : headsWithSwitch(shown, shown.drawn.state)),
    placed: (layout) => message.centre(layout),
    read: () => {
      if (shown.drawn !== null) detail.draw(shown.drawn.state, shown.pointed);
    },
  });

  const view = makeView(stage, message, [], detail.element);
  return {
    ...view,
    draw: (state) => {
      shown.drawn = { state, order: orderOf(state), saved: partlySaved(state) };
      message.say(state.thumbnails === null ? "Reading the text…" : "");
      detail.draw(state, shown.pointed);
      stage.relayout();
    },
    picture: () => (shown.drawn?.state.thumbnails ? pictureOf(shown.layout, paint) : null),
  };
}

function headActionsOf(shown: Shown, { set }: Actions): HeadActions {
  return {
    open: (head) => {
      if (shown.drawn === null) return;
      const { heads } = shown.drawn.state;
      set("layer", Math.floor(head / heads));
      set("head", head % heads);
      set("view", "matrix");
    },
    toggle: (head) => {
      const { drawn } = shown;
      if (drawn !== null && !drawn.state.static) set("ablated", toggled(drawn.state, head));
    },
  };
}

/** The head under the pointer, and the chosen one, which can be switched off without a pointer. */
function headsWithSwitch({ pointed }: Shown, state: Attention): number[] {
  return state.static ? [] : [pointed, chosenHead(state)].filter((head) => head !== null);
}

function mosaicPainter(
  shown: Shown,
): (pen: Pen, palette: Palette, switches?: readonly number[]) => void {
  const gridOf = gridMaker();
  return (pen, palette, switches = []) => {
    const { drawn, layout, pointed } = shown;
    if (drawn === null || layout === null) return;
    const { state, order, saved } = drawn;
    const { thumbnails } = state;
    paintMosaic(pen, {
      state,
      layout,
      order,
      ranked: state.order !== "",
      shading: shadingOf(state, state.colour),
      grid: thumbnails && gridOf(thumbnails.bytes, thumbnails.side, palette),
      saved,
      pointed,
      switches,
      palette,
    });
  };
}

interface StageActions extends HeadActions {
  paint: (pen: Pen, palette: Palette) => void;
  placed: (layout: MosaicLayout) => void;
  /** The head under the pointer has changed. */
  read: () => void;
}

/** The drawing with its pointer and keys, which change what is shown. */
function makeMosaicStage(
  frame: Frame,
  shown: Shown,
  { paint, placed, read, open, toggle }: StageActions,
): Stage {
  const headUnder = ({ x, y }: Point): number | null => {
    const position = shown.layout && placeUnder(shown.layout, x, y);
    return position === null ? null : (shown.drawn?.order[position] ?? null);
  };
  const move = (head: number | null): void => {
    if (head === shown.pointed) return;
    shown.pointed = head;
    read();
    stage.repaint();
  };
  const stage = makeStage(frame, {
    label: LABEL,
    layOut: (available) => {
      if (shown.drawn === null) return null;
      const { layers, heads, order, colour } = shown.drawn.state;
      const [ranked, captioned] = [order !== "", colour !== ""];
      shown.layout = layOutMosaic(available, { layers, heads, ranked, captioned });
      placed(shown.layout);
      return shown.layout;
    },
    paint,
    pointed: (point) => move(point && headUnder(point)),
    pressed: (point, event) => {
      const head = headUnder(point);
      if (head === null) return;
      if (event.shiftKey || isOnSwitch(shown, head, point, event)) toggle(head);
      else open(head);
    },
    key: ({ key }) => {
      const { drawn, layout, pointed } = shown;
      if (drawn === null || layout === null) return false;
      const head = pointed ?? headInView(drawn.state);
      const position = drawn.order.indexOf(head);
      const next = placeBeside(layout, position, key);
      const action = KEYS[key];
      // The first arrow key only shows the current position.
      if (next !== null) move(drawn.order[pointed === null ? position : next] ?? null);
      else if (action === undefined) return false;
      else ({ open, toggle, leave: () => move(null) })[action](head);
      return true;
    },
  });
  stage.canvas.style.cursor = "pointer";
  return stage;
}

/** Whether a press on a head is on the button that switches it off. */
function isOnSwitch(
  { drawn, layout }: Shown,
  head: number,
  { x, y }: Point,
  event: MouseEvent,
): boolean {
  if (layout === null || drawn === null || drawn.state.static) return false;
  const box = thumbAt(layout, drawn.order.indexOf(head));
  // Touch has no hovering, so only the chosen head has a button.
  const byFinger = "pointerType" in event && event.pointerType === "touch";
  if (byFinger) return head === chosenHead(drawn.state) && holds(switchReach(box), x, y);
  return holds(switchOf(box), x, y);
}
