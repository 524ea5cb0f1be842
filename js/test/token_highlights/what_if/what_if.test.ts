import { describe, expect, it } from "vitest";
import { click, find, frames, named, press, shown, usePage } from "../../shared/page.ts";
import { open, words } from "../page.ts";

usePage();

describe("the word menu", () => {
  const openMenu = () => {
    words()[1]?.click();
    frames();
    press(words()[1], "Enter");
  };

  const item = (name: string) => shown('[role="menuitem"]').find((one) => one.textContent === name);

  it("opens on a selected word and asks a what-if question", () => {
    const { model } = open();
    openMenu();
    expect(shown('[role="menuitem"]').map((item) => item.textContent)).toEqual([
      "Mask",
      "Delete",
      "Replace with…",
    ]);
    item("Delete")?.click();
    frames();
    expect(model.get("edit")).toEqual({ word: 1, action: "delete", with: "" });
    expect(shown(".bw-menu")).toEqual([]);
    expect(shown(".bw-what-if")[0]?.textContent).toContain("is deleted");
    expect(shown(".bw-what-if")[0]?.textContent).toContain("Computing the prediction…");
  });

  it("opens with the context-menu key, and Escape returns to its word", () => {
    open();
    words()[2]?.dispatchEvent(new Event("contextmenu", { bubbles: true, cancelable: true }));
    frames();
    expect(document.activeElement?.textContent).toBe("Mask");
    press(document.activeElement, "ArrowDown");
    expect(document.activeElement?.textContent).toBe("Delete");
    press(document.activeElement, "Escape");
    expect(shown(".bw-menu")).toEqual([]);
    expect(document.activeElement).toBe(words()[2]);
  });

  it("replaces a word with another", () => {
    const { model } = open();
    openMenu();
    click("Replace with…");
    const field = find(".bw-replace input")[0] as HTMLInputElement;
    expect(field.value).toBe("bad");
    field.value = "good";
    press(field, "Enter");
    expect(model.get("edit")).toEqual({ word: 1, action: "replace", with: "good" });
  });

  it("is not available without a kernel", () => {
    open({ _static: true });
    openMenu();
    expect(shown(".bw-menu")).toEqual([]);
  });
});

describe("the buttons beside the score", () => {
  it("are there once a word is selected, and ask about it", () => {
    const { model } = open();
    expect(shown(".bw-tries")).toEqual([]);
    words()[1]?.click();
    frames();
    expect(shown(".bw-tries button").map((press) => press.textContent)).toEqual([
      "Mask",
      "Delete",
      "Replace…",
    ]);
    shown(".bw-tries button")[0]?.click();
    expect(model.get("edit")).toEqual({ word: 1, action: "mask", with: "" });
  });

  it("ask for the other words in a field, which gives the focus back", () => {
    const { model } = open({ selected: 1 });
    const replace = shown(".bw-tries button")[2];
    replace?.click();
    const field = find(".bw-replace input")[0] as HTMLInputElement;
    expect([field.value, document.activeElement]).toEqual(["bad", field]);
    expect(shown('[role="menuitem"]')).toEqual([]);
    press(field, "Escape");
    expect(document.activeElement).toBe(replace);
    replace?.click();
    field.value = "good";
    press(field, "Enter");
    expect(model.get("edit")).toEqual({ word: 1, action: "replace", with: "good" });
  });

  it("keep their place, out of reach, while the pointer is on another word", () => {
    open({ selected: 1 });
    words()[0]?.dispatchEvent(new Event("pointerover", { bubbles: true, composed: true }));
    frames();
    expect(shown(".bw-tries")[0]?.getAttribute("aria-hidden")).toBe("true");
  });

  it("are not there without a kernel", () => {
    open({ selected: 1, _static: true });
    expect(shown(".bw-tries")).toEqual([]);
  });
});

describe("what if", () => {
  const edit = { word: 0, action: "delete", with: "" };
  const edited = { edit, text: "bad 😀", pair: "", probabilities: [0.9, 0.1], label: "negative" };

  it("shows the change of every class, and applies the text", () => {
    const { model } = open({ edit, edited });
    const changes = find(".bw-change").map((change) => change.textContent);
    expect(changes).toEqual([
      "negative25.0% → 90.0%+65.0 points",
      "positive75.0% → 10.0%−65.0 points",
    ]);
    click("Apply");
    expect([model.get("text"), model.get("edit")]).toEqual(["bad 😀", {}]);
  });

  it("waits for the answer to its own question", () => {
    const { model } = open({ edit: { ...edit, action: "mask" }, edited });
    expect(find(".bw-change")).toEqual([]);
    expect((named("Apply") as HTMLButtonElement).disabled).toBe(true);
    click("Close");
    expect(model.get("edit")).toEqual({});
    expect(shown(".bw-what-if")).toEqual([]);
  });
});
