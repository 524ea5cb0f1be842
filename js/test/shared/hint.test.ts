import { afterEach, describe, expect, it, vi } from "vitest";
import { makeHint } from "../../src/shared/hint.ts";

const press = (hint: HTMLElement) => hint.querySelector("button")?.click();

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

describe("a hint", () => {
  it("is gone for good once it was closed, and the others stay", () => {
    const hint = makeHint("one", "Do this.");
    document.body.replaceChildren(hint);
    expect([hint.hidden, hint.textContent]).toEqual([false, "Do this.Got it"]);
    press(hint);
    expect(document.body.childElementCount).toBe(0);
    expect([makeHint("one", "").hidden, makeHint("other", "").hidden]).toEqual([true, false]);
  });

  it.each([
    ["no JSON", "{"],
    ["no list", '"one"'],
  ])("is shown where storage holds %s", (_, stored) => {
    localStorage.setItem("bert_widgets.hints_read", stored);
    expect(makeHint("one", "").hidden).toBe(false);
  });

  it("is shown and can be closed where a host forbids storage", () => {
    vi.stubGlobal("localStorage", {
      getItem: () => {
        throw new DOMException("denied", "SecurityError");
      },
      setItem: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
    const hint = makeHint("one", "");
    document.body.replaceChildren(hint);
    expect(hint.hidden).toBe(false);
    press(hint);
    expect(document.body.childElementCount).toBe(0);
  });
});
