import type { Help } from "../shared/help.ts";

export const KEYS: Help = [
  [
    "Views",
    [
      ["← →", "Show the previous or the next view"],
      ["Home, End", "Show the first or the last view"],
    ],
  ],
  [
    "All heads",
    [
      ["Arrow keys", "Go from head to head"],
      ["Enter", "Open the head as a matrix"],
      ["X", "Switch the head off or on"],
    ],
  ],
  [
    "Matrix",
    [
      ["Arrow keys", "Go from cell to cell"],
      ["Enter", "Select the token of the row"],
      ["Escape", "Select nothing"],
      ["+ − 0", "Zoom in, zoom out, show all"],
      ["M", "Mask the selected token, or show it again"],
    ],
  ],
  [
    "Lines",
    [
      ["↑ ↓", "Show the lines of the previous or the next token"],
      ["Escape", "Show all lines"],
    ],
  ],
  ["Query-key", [["↑ ↓", "Show the query of the previous or the next token"]]],
];
