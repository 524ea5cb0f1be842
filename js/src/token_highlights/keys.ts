import type { Help } from "../shared/help.ts";

export const KEYS: Help = [
  [
    "Words",
    [
      ["← →", "Select the previous or the next word"],
      ["Home, End", "Select the first or the last word"],
      ["Shift + ← →", "Select several words"],
      ["Enter", "Ask what if the selected words were masked, deleted or replaced"],
      ["Delete", "Predict without the selected words"],
      ["E", "Edit the text"],
      ["Ctrl + Z, Ctrl + Y", "Undo, or redo, the last change to the text"],
      ["Escape", "Select nothing"],
    ],
  ],
  ["Classes", [["↑ ↓", "Explain the previous or the next class"]]],
  [
    "Editing",
    [
      ["Enter", "End"],
      ["Escape", "Restore the text"],
    ],
  ],
  ["Deletion curve", [["← →", "Read the curve with one word less or more"]]],
];
