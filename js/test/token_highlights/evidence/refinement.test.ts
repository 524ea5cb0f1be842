import { describe, expect, it } from "vitest";
import { floats } from "../../shared/models.ts";
import { find, frames, shown, usePage } from "../../shared/page.ts";
import { open, words } from "../page.ts";

usePage();

describe("refinement", () => {
  it("keeps the nodes, is announced, and hides the badge until it ends", () => {
    const { model } = open({ badge: "Removing these 2 words changes little.", badge_words: [0] });
    const before = words();
    model.set("shown_method", "saliency");
    model.set("refining", true);
    model.set("scores", floats(1, 2, 0.1));
    frames();
    expect(words()[1]).toBe(before[1]);
    expect(find(".bw-stale")).toEqual([]);
    expect(find(".bw-remark")[0]?.textContent).toMatch(
      /^Refining: these are quick scores computed with/,
    );
    expect(shown(".bw-badge")).toEqual([]);
    model.set("refining", false);
    frames();
    const badge = shown(".bw-badge")[0];
    badge?.dispatchEvent(new Event("focus"));
    expect(find(".bw-pointed")).toEqual([words()[0]]);
    badge?.dispatchEvent(new Event("blur"));
    expect(find(".bw-pointed")).toEqual([]);
  });

  it("counts the completed windows without announcing them", () => {
    const refining = { shown_method: "saliency", refining: true };
    const { model } = open({ ...refining, windows: 10, progress: 0.3 });
    expect(find(".bw-remark")[0]?.textContent).toMatch(
      /will replace them\. 3 of 10 windows done\.$/,
    );
    const bar = find(".bw-counted .bw-done")[0];
    expect(bar?.style.width).toBe("30%");
    const sentence = find(".bw-remark > span")[1];
    model.set("progress", 0.4);
    frames();
    expect(bar?.style.width).toBe("40%");
    expect(find(".bw-remark > span")[1]).toBe(sentence);
    expect(sentence?.querySelector("[aria-hidden]")?.textContent).toMatch("4 of 10");
    model.set("refining", false);
    model.set("progress", 0);
    frames();
    expect(find(".bw-counted, .bw-computing")).toEqual([]);
  });

  it("shows warnings with an icon as well as a colour", () => {
    open({ warnings: ["The methods disagree."] });
    const [warning] = find(".bw-warnings li");
    expect(warning?.textContent).toBe("The methods disagree.");
    expect(warning?.querySelector("svg")).not.toBeNull();
  });
});
