import { beforeEach, describe, expect, it, vi } from "vitest";
import { makeClassPicker } from "../../src/shared/class_picker.ts";

const LABELS = Array.from({ length: 77 }, (_, i) => `label ${i}`);
const CHOICES = [["", "predicted (label 3)"], ...LABELS.map((label) => [label, label])] as [
  string,
  string,
][];

describe("the picker of a class", () => {
  const choose = vi.fn<(label: string) => void>();
  let picker: ReturnType<typeof makeClassPicker>;
  const all = <E extends HTMLElement>(selector: string) => [
    ...picker.element.querySelectorAll<E>(selector),
  ];
  const input = () => all<HTMLInputElement>("input")[0] as HTMLInputElement;
  const options = () => all('[role="option"]').map(({ textContent }) => textContent);
  const active = () => {
    const id = input().getAttribute("aria-activedescendant");
    return all('[role="option"]').find((option) => option.id === id)?.textContent;
  };
  const isOpen = () => input().getAttribute("aria-expanded") === "true";
  const press = (key: string) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    input().dispatchEvent(event);
    return event;
  };
  const type = (text: string) => {
    input().value = text;
    input().dispatchEvent(new Event("input"));
  };
  beforeEach(() => {
    choose.mockClear();
    picker = makeClassPicker("Class", choose);
    document.body.replaceChildren(picker.element);
    picker.draw(CHOICES, "label 5", false);
  });

  it("is the browser's own list for few classes", () => {
    picker.draw(CHOICES.slice(0, 3), "label 1", false);
    const [list] = all<HTMLSelectElement>("select");
    expect([list?.value, list?.closest("[hidden]")]).toEqual(["label 1", null]);
    expect(input().closest("[hidden]")).not.toBeNull();
  });

  it("shows the chosen class, and all of them when it is pressed", () => {
    expect([input().value, isOpen()]).toEqual(["label 5", false]);
    input().click();
    expect([isOpen(), options().length, active()]).toEqual([true, 78, "label 5"]);
    expect(all('[aria-selected="true"]').map(({ textContent }) => textContent)).toEqual([
      "label 5",
    ]);
  });

  it("is searched by typing, in any case", () => {
    type("LABEL 1");
    expect(options()).toEqual(CHOICES.map(([, name]) => name).filter((name) => /l 1/.test(name)));
    expect(active()).toBe("label 1");
    press("ArrowDown");
    press("Enter");
    expect([choose.mock.calls, isOpen()]).toEqual([[["label 10"]], false]);
  });

  it("chooses the option that is pressed, and goes back to the predicted class", () => {
    type("predicted");
    all('[role="option"]')[0]?.click();
    expect(choose.mock.calls).toEqual([[""]]);
  });

  it("keeps the choice on Escape, which the notebook does not hear, and where the focus leaves", () => {
    const heard = vi.fn();
    document.body.addEventListener("keydown", heard, { once: true });
    type("label 7");
    press("Escape");
    expect([isOpen(), input().value, heard.mock.calls]).toEqual([false, "label 5", []]);
    press("Escape");
    expect(heard).toHaveBeenCalled();
    type("label 7");
    input().dispatchEvent(new FocusEvent("blur"));
    expect([isOpen(), input().value, choose.mock.calls]).toEqual([false, "label 5", []]);
  });

  it("says that nothing was found, and then chooses nothing", () => {
    type("no such class");
    expect(options()).toEqual([]);
    expect(all('[role="status"]')[0]?.textContent).toBe("Nothing contains these letters.");
    press("Enter");
    expect(choose).not.toHaveBeenCalled();
  });

  it("stays at its ends", () => {
    input().click();
    for (let i = 0; i < 20; i++) press("PageDown");
    expect(active()).toBe("label 76");
    for (let i = 0; i < 20; i++) press("PageUp");
    expect(active()).toBe("predicted (label 3)");
  });

  it("shows labels as text, and of very many only some, which it says", () => {
    const many = Array.from({ length: 5000 }, (_, i) => [`${i}`, `<b>${i}</b>`] as const);
    picker.draw(many, "4999", false);
    input().click();
    expect([options().length, all("li b")]).toEqual([500, []]);
    expect(all('[role="status"]')[0]?.textContent).toBe("500 of 5,000. Type to find the others.");
    type("4999");
    expect(options()).toEqual(["<b>4999</b>"]);
  });

  it("keeps what is typed when the state changes, and follows it when closed", () => {
    type("label 7");
    picker.draw(CHOICES, "label 6", false);
    expect([input().value, isOpen()]).toEqual(["label 7", true]);
    press("Escape");
    expect(input().value).toBe("label 6");
    picker.draw(CHOICES, "label 8", true);
    expect([input().value, input().disabled]).toEqual(["label 8", true]);
  });
});
