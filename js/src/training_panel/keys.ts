import type { Help } from "../shared/help.ts";

export const KEYS: Help = [
  [
    "Tabs",
    [
      ["← →", "Open the previous or the next tab"],
      ["Home, End", "Open the first or the last tab"],
    ],
  ],
  [
    "Loss curve",
    [
      ["← →", "Read the values one step before or after; with Shift, ten"],
      ["+ −", "Zoom in or out"],
      ["Escape", "Show the whole range"],
    ],
  ],
  ["Probes", [["← →", "Show the previous or the next snapshot, on the slider"]]],
  [
    "Data map",
    [
      ["Arrow keys", "Move the box that selects examples"],
      ["Shift + arrow keys", "Resize the box"],
      ["Escape", "Remove the box"],
    ],
  ],
];
