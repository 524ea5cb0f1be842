import { expect, it } from "vitest";
import type { Help } from "../../src/shared/help.ts";
import { find, press } from "./page.ts";

/** Tests each action that the help of a widget lists, and that it lists no other. */
export function testKeys(help: Help, open: () => void, tests: Record<string, () => void>): void {
  const listed = help.flatMap(([part, keys]) => keys.map(([key]) => `${part}: ${key}`));
  it.each(listed)("%s does what the help says", (key) => {
    expect(Object.keys(tests)).toContain(key);
    tests[key]?.();
  });
  it("lists what is tested", () => {
    expect(Object.keys(tests).sort()).toEqual([...listed].sort());
  });
  it("is opened by its button and by “?”, but not where one types, and closed", () => {
    open();
    const dialog = find("dialog")[0] as HTMLDialogElement;
    const [opener] = find('[aria-label="Keys"]');
    expect(dialog.open).toBe(false);
    opener?.click();
    expect(dialog.open).toBe(true);
    const titles = [...dialog.querySelectorAll("h3")].map(({ textContent }) => textContent);
    expect(titles).toEqual([...help.map(([part]) => part), "Everywhere"]);
    dialog.querySelector("button")?.click();
    expect(dialog.open).toBe(false);
    press(opener, "?", { shiftKey: true });
    expect(dialog.open).toBe(true);
    dialog.close();
    const field = document.createElement("textarea");
    find(".bw-body")[0]?.append(field);
    press(field, "?", { shiftKey: true });
    expect(dialog.open).toBe(false);
  });
}
