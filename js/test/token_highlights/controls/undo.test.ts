import { describe, expect, it } from "vitest";
import { click, press, usePage } from "../../shared/page.ts";
import { open, words } from "../page.ts";

usePage();

describe("undo and redo", () => {
  it("are commands, by button and by key", () => {
    const { sent } = open({ can_undo: true, can_redo: true });
    click("Undo");
    press(words()[0], "z", { ctrlKey: true });
    press(words()[0], "y", { ctrlKey: true });
    press(words()[0], "Z", { metaKey: true, shiftKey: true });
    expect(sent.map((message) => (message as { command: string }).command)).toEqual([
      "undo",
      "undo",
      "redo",
      "redo",
    ]);
  });

  it("do nothing if there is nothing to undo", () => {
    const { sent } = open();
    press(words()[0], "z", { ctrlKey: true });
    expect(sent).toEqual([]);
  });
});
