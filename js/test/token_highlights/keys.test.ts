import { describe, expect } from "vitest";
import { KEYS } from "../../src/token_highlights/keys.ts";
import { testKeys } from "../shared/keys.ts";
import { floats } from "../shared/models.ts";
import { click, find, frames, press, shown, usePage } from "../shared/page.ts";
import { chosen, open, words } from "./page.ts";

usePage();

const DELETION = floats(0, 0.9, 0.9, 0.9, 0.9, 1, 0.5, 0.8, 0.7, 0.9, 2, 0.2, 0.7, 0.6, 0.8);

function selecting(...steps: [key: string, selected: number | null][]): void {
  const { model } = open();
  words()[1]?.click();
  frames();
  for (const [key, selected] of steps) {
    press(document.activeElement, key);
    expect(model.get("selected")).toBe(selected);
  }
}

function editing(key: string): unknown {
  const { model } = open();
  press(words()[0], "e");
  const field = find("textarea")[0] as HTMLTextAreaElement;
  field.value = "so good";
  field.dispatchEvent(new Event("input"));
  press(field, key);
  return [model.get("text"), model.get("editing")];
}

describe("the help of the highlights", () => {
  testKeys(KEYS, open, {
    "Words: ← →": () => selecting(["ArrowRight", 2], ["ArrowLeft", 1]),
    "Words: Home, End": () => selecting(["Home", 0], ["End", 2]),
    "Words: Escape": () => selecting(["Escape", null]),
    "Words: Shift + ← →": () => {
      open();
      words()[1]?.click();
      press(words()[1], "ArrowRight", { shiftKey: true });
      expect(chosen()).toEqual([1, 2]);
      press(words()[2], "ArrowLeft", { shiftKey: true });
      expect(chosen()).toEqual([1]);
    },
    "Words: Enter": () => {
      open();
      words()[1]?.click();
      press(words()[1], "Enter");
      expect(shown(".bw-menu")).toHaveLength(1);
    },
    "Words: Delete": () => {
      const { model } = open();
      words()[1]?.click();
      press(words()[1], "Delete");
      expect(model.get("edit")).toMatchObject({ action: "delete" });
    },
    "Words: E": () => {
      const { model } = open();
      press(words()[0], "e");
      expect(model.get("editing")).toBe(true);
    },
    "Words: Ctrl + Z, Ctrl + Y": () => {
      const { sent } = open({ can_undo: true, can_redo: true });
      press(words()[0], "z", { ctrlKey: true });
      press(words()[0], "y", { ctrlKey: true });
      expect(sent).toEqual([{ command: "undo" }, { command: "redo" }]);
    },
    "Classes: ↑ ↓": () => {
      const { model } = open();
      const radios = find('[role="radio"]');
      press(radios[1], "ArrowUp");
      expect(model.get("target")).toBe("negative");
      press(radios[0], "ArrowDown");
      expect(model.get("target")).toBe("positive");
    },
    "Editing: Enter": () => expect(editing("Enter")).toEqual(["so good", false]),
    "Editing: Escape": () => expect(editing("Escape")).toEqual(["not bad 😀", false]),
    "Deletion curve: ← →": () => {
      open({ deletion: DELETION });
      click("Evidence");
      const [curve] = find(".bw-deletion");
      const reading = () => curve?.getAttribute("aria-label");
      press(curve, "ArrowLeft");
      const before = reading();
      press(curve, "ArrowRight");
      expect(reading()).not.toBe(before);
      press(curve, "ArrowLeft");
      expect(reading()).toBe(before);
    },
  });
});
