import { describe, expect, it } from "vitest";
import { click, find, frames, press, usePage } from "../../shared/page.ts";
import { chosen, open, words } from "../page.ts";

usePage();

describe("several words", () => {
  it("are selected with Shift and scored as one span", () => {
    const { model } = open();
    words()[0]?.click();
    press(words()[0], "ArrowRight", { shiftKey: true });
    expect(chosen()).toEqual([0, 1]);
    expect(find(".bw-detail")[0]?.textContent).toMatch(/^not bad\+1\.00/);
    press(words()[1], "Enter");
    click("Score as one span");
    expect([model.get("unit"), model.get("spans")]).toEqual(["spans", [[0, 7, 0]]]);
  });

  it("are changed together", () => {
    const { model } = open();
    words()[0]?.click();
    words()[1]?.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
    frames();
    press(words()[1], "Delete");
    expect(model.get("edit")).toEqual({ words: [0, 1], action: "delete", with: "" });
  });

  it("are scored separately again", () => {
    const { model } = open({
      unit: "spans",
      spans: [
        [0, 3, 0],
        [4, 9, 0],
      ],
    });
    words()[0]?.click();
    frames();
    press(words()[0], "Enter");
    click("Score each word separately");
    expect([model.get("unit"), model.get("spans")]).toEqual(["spans", [[4, 9, 0]]]);
  });

  it("are one word again once another is selected", () => {
    const { model } = open();
    words()[0]?.click();
    press(words()[0], "ArrowRight", { shiftKey: true });
    model.set("selected", 2);
    frames();
    expect(chosen()).toEqual([2]);
  });
});
