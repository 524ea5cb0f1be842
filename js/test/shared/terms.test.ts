import { beforeEach, describe, expect, it } from "vitest";
import { makeTerm, TERMS, type Term } from "../../src/shared/terms.ts";

describe("a term", () => {
  let element: HTMLElement;
  const opener = () => element.querySelector("button") as HTMLButtonElement;
  const tip = () => element.querySelector<HTMLElement>(".bw-tip");
  beforeEach(() => {
    element = makeTerm("data-map", "Data map");
    document.body.replaceChildren(element);
  });

  it("explains itself when it is pressed, with a link to the documentation", () => {
    expect([opener().textContent, tip()?.hidden]).toEqual(["Data map", true]);
    opener().click();
    expect(tip()?.hidden).toBe(false);
    expect(tip()?.textContent).toContain(TERMS["data-map"]);
    expect(element.querySelector("a")?.href).toMatch(/\/terms\/#data-map$/);
    expect(opener().getAttribute("aria-expanded")).toBe("true");
    opener().click();
    expect(tip()?.hidden).toBe(true);
  });

  it("closes by Escape, which gives the focus back, and where the focus leaves it", () => {
    opener().click();
    const link = element.querySelector("a");
    link?.focus();
    const key = new KeyboardEvent("keydown", { key: "Escape", bubbles: true });
    link?.dispatchEvent(key);
    expect([tip()?.hidden, document.activeElement]).toEqual([true, opener()]);
    opener().click();
    opener().dispatchEvent(new FocusEvent("focusout", { bubbles: true, relatedTarget: null }));
    expect(tip()?.hidden).toBe(true);
  });

  it.each(Object.keys(TERMS) as Term[])("“%s” is one sentence", (term) => {
    expect(TERMS[term]).toMatch(/^[A-Z][^.]*\.$/);
  });
});
