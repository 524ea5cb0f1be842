import type { Frame } from "../shared/frame.ts";
import type { Palette } from "../shared/palette.ts";
import { chosenHead, headInView, orderOf, shadingOf, toggled } from "./effects.ts";
import { makeHeadDetail } from "./head_detail.ts";
import { partlySaved } from "./maps.ts";
import { makeMessage } from "./message.ts";
import {
  holds,
  layOutMosaic,
  type MosaicLayout,
  placeBeside,
  placeUnder,
  switchOf,
  switchReach,
  thumbAt,
} from "./mosaic_layout.ts";
import { paintMosaic } from "./mosaic_paint.ts";
import type { Pen } from "./pen.ts";
import { gridMaker } from "./shades.ts";
import { makeStage, type Point } from "./stage.ts";
import type { Attention } from "./state.ts";
import { type Actions, makeView, type View } from "./view.ts";

const KEYS: Record<string, "open" | "toggle" | "leave"> = {
  Enter: "open",
  " ": "open",
  x: "toggle",
  Delete: "toggle",
  Escape: "leave",
};

interface Drawn {
  state: Attention;
  order: number[];
  saved: ReadonlySet<number> | null;
}

/** Every head at a glance. */
export function makeMosaic(frame: Frame, actions: Actions): View {
  let drawn: Drawn | null = null;
  let layout: MosaicLayout | null = null;
  /** The head under the pointer, or reached with the keyboard. */
  let pointed: number | null = null;
  const gridOf = gridMaker();
  const message = makeMessage();
  const open = (head: number): void => {
    if (drawn === null) return;
    const { heads } = drawn.state;
    actions.set("layer", Math.floor(head / heads));
    actions.set("head", head % heads);
    actions.set("view", "matrix");
  };
  const toggle = (head: number): void => {
    if (drawn !== null && !drawn.state.static) actions.set("ablated", toggled(drawn.state, head));
  };
  const detail = makeHeadDetail({ open, toggle });

  /** The head under the pointer, and the chosen one, which can be switched off without a pointer. */
  const switches = (state: Attention): number[] =>
    state.static ? [] : [pointed, chosenHead(state)].filter((head) => head !== null);
  const paint = (pen: Pen, palette: Palette, buttons: readonly number[] = []): void => {
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
      switches: buttons,
      palette,
    });
  };
  const headUnder = ({ x, y }: Point): number | null => {
    const at = layout && placeUnder(layout, x, y);
    return at === null ? null : (drawn?.order[at] ?? null);
  };
  const point = (head: number | null): void => {
    if (head === pointed) return;
    pointed = head;
    if (drawn !== null) detail.draw(drawn.state, pointed);
    stage.repaint();
  };
  const stage = makeStage(frame, {
    label:
      "All heads: arrow keys move from head to head, Enter opens a head, x switches it off or on",
    layOut: (available) => {
      if (drawn === null) return null;
      const { layers, heads, order, colour } = drawn.state;
      layout = layOutMosaic(available, {
        layers,
        heads,
        ranked: order !== "",
        captioned: colour !== "",
      });
      message.centre(layout);
      return layout;
    },
    paint: (pen, palette) => paint(pen, palette, drawn === null ? [] : switches(drawn.state)),
    pointed: (at) => point(at && headUnder(at)),
    pressed: (at, event) => {
      const head = headUnder(at);
      if (head === null || layout === null || drawn === null) return;
      const { state, order } = drawn;
      const box = thumbAt(layout, order.indexOf(head));
      // Touch has no hovering, so only the chosen head has a button.
      const byFinger = "pointerType" in event && event.pointerType === "touch";
      const button = byFinger ? switchReach(box) : switchOf(box);
      const wears = byFinger ? head === chosenHead(state) : true;
      const switched = wears && !state.static && holds(button, at.x, at.y);
      if (event.shiftKey || switched) toggle(head);
      else open(head);
    },
    key: ({ key }) => pressed(key),
  });
  const pressed = (key: string): boolean => {
    if (drawn === null || layout === null) return false;
    const from = pointed ?? headInView(drawn.state);
    const place = drawn.order.indexOf(from);
    const at = placeBeside(layout, place, key);
    const act = KEYS[key];
    // The first arrow key only shows the current position.
    if (at !== null) point(drawn.order[pointed === null ? place : at] ?? null);
    else if (act === undefined) return false;
    else ({ open, toggle, leave: () => point(null) })[act](from);
    return true;
  };

  stage.canvas.style.cursor = "pointer";

  const view = makeView(stage, message, [], detail.element);
  return {
    ...view,
    draw: (state) => {
      drawn = { state, order: orderOf(state), saved: partlySaved(state) };
      message.say(state.thumbnails === null ? "Reading the text…" : "");
      detail.draw(state, pointed);
      stage.relayout();
    },
    picture: () =>
      layout && drawn?.state.thumbnails
        ? { width: layout.viewWidth, height: layout.viewHeight, paint }
        : null,
  };
}
