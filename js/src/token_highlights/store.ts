import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { Palette } from "../shared/color/palette.ts";
import { largestMagnitude } from "../shared/color/scales.ts";
import { leastScale } from "./chance.ts";
import type { Texts } from "./controls/editor.ts";
import { type Highlights, isLive, type Method, methodOf } from "./state.ts";
import { type Stretch, wordsOf } from "./text/selecting.ts";
import type { TextDrawing } from "./text/text_view.ts";
import type { Tracker } from "./tracker.ts";
import { openedBy, type View } from "./views/view.ts";

/** Everything that the parts of one view draw: the state of the model, and that of this view. */
export interface Store {
  state: ReadonlySignal<Highlights>;
  /** The last state whose scores belong to its text. */
  scored: ReadonlySignal<Highlights>;
  /** The scores belong to an earlier text or target. */
  stale: ReadonlySignal<boolean>;
  /** Newer scores are being computed. */
  working: ReadonlySignal<boolean>;
  /** The chosen method is computing while the scores of a quicker one are shown. */
  refining: ReadonlySignal<boolean>;
  live: ReadonlySignal<boolean>;
  palette: ReadonlySignal<Palette>;
  /** The method of the scores shown. */
  shownMethod: ReadonlySignal<Method>;
  /** The texts with their highlights. */
  drawing: ReadonlySignal<TextDrawing>;
  /** The words that are selected together. */
  chosen: ReadonlySignal<readonly number[]>;

  /** The texts while they are edited; null while no editor is open. */
  drafts: Signal<Texts | null>;
  stretch: Signal<Stretch | null>;
  hovered: Signal<number | null>;
  /** The pointer or the focus is on the badge. */
  badgePointed: Signal<boolean>;
  optionsOpen: Signal<boolean>;
  /** The open tab under the text; null while all are closed. */
  view: Signal<View | null>;

  take: (state: Highlights, palette: Palette) => void;
}

export function makeStore(tracker: Tracker, first: Highlights, firstPalette: Palette): Store {
  const state = signal(first);
  const tracked = signal(tracker.track(first));
  const palette = signal(firstPalette);
  const drafts = signal<Texts | null>(null);
  const stretch = signal<Stretch | null>(stretchWith(null, first.selected));
  const view = signal<View | null>(openedBy(null, first, null));
  const scored = computed(() => tracked.value.scored);
  const stale = computed(() => tracked.value.stale);
  const drawing = computed((): TextDrawing => {
    const tokens = view.value === "tokens" && scored.value.unit === "words";
    const items = tokens ? scored.value.tokens : scored.value.words;
    return {
      texts: drafts.value ?? state.value.texts,
      editing: drafts.value !== null,
      scored: scored.value,
      tokens,
      largest: Math.max(
        leastScale(scored.value),
        largestMagnitude(items.map(({ score }) => score)),
      ),
      palette: paletteOf(palette.value, methodOf(state.value, scored.value.shownMethod)),
    };
  });
  return {
    state,
    scored,
    stale,
    working: computed(() => tracked.value.working),
    refining: computed(() => state.value.refining && !stale.value),
    live: computed(() => isLive(state.value)),
    palette,
    shownMethod: computed(() => methodOf(scored.value, scored.value.shownMethod)),
    drawing,
    chosen: computed(() => (stretch.value === null ? [] : wordsOf(stretch.value))),
    drafts,
    stretch,
    hovered: signal<number | null>(null),
    badgePointed: signal(false),
    optionsOpen: signal(false),
    view,
    take: (next, nextPalette) =>
      batch(() => {
        tracked.value = tracker.track(next);
        view.value = openedBy(state.peek(), next, view.peek());
        state.value = next;
        palette.value = nextPalette;
        stretch.value = stretchWith(stretch.value, next.selected);
      }),
  };
}

/** The colours for a method: scores without a sign have a third hue. */
export function paletteOf(palette: Palette, { hasSign }: Method): Palette {
  return hasSign ? palette : { ...palette, positive: palette.unsigned };
}

/** The stretch if it contains the word selected in the model; otherwise only that word. */
function stretchWith(stretch: Stretch | null, selected: number | null): Stretch | null {
  if (selected === null) return null;
  const contains = stretch !== null && wordsOf(stretch).includes(selected);
  return contains ? stretch : { from: selected, to: selected };
}
