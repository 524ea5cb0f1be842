import { afterEach, describe, expect, it, vi } from "vitest";
import { openPage } from "../../src/page/page.ts";
import { link, savedModel } from "../../src/page/saved_model.ts";

const saved = (state: Record<string, unknown>, buffers: { path: string[]; data: string }[] = []) =>
  savedModel({ bundle: "b", mount: "m", state, buffers });

describe("a saved model", () => {
  it("holds its traits and its buffers, byte for byte", () => {
    const model = saved({ text: "é<b>" }, [{ path: ["scores"], data: btoa("\x00\x7f\x80\xff") }]);
    expect(model.get("text")).toBe("é<b>");
    const view = model.get("scores") as DataView;
    expect(Array.from({ length: view.byteLength }, (_, i) => view.getUint8(i))).toEqual([
      0, 127, 128, 255,
    ]);
    expect(model.get("nothing")).toBeUndefined();
  });

  it("notifies its listeners only of changes", () => {
    const model = saved({ selected: null });
    const [one, any] = [vi.fn(), vi.fn()];
    model.on("change:selected", one);
    model.on("change", any);
    model.set("selected", 2);
    model.set("selected", 2);
    expect([one.mock.calls.length, any.mock.calls.length]).toEqual([1, 1]);
    model.off("change:selected", one);
    model.set("selected", 3);
    expect(one).toHaveBeenCalledTimes(1);
  });

  it("ignores commands", () => {
    const model = saved({});
    expect(() => {
      model.send({ command: "start" });
      model.save_changes();
    }).not.toThrow();
  });

  it("stays equal to the models it is linked with, also in a cycle", () => {
    const [a, b, c] = [saved({ s: 0 }), saved({ t: 0 }), saved({ u: 0 })];
    a.set("s", 1);
    link(a, "s", b, "t");
    expect(b.get("t")).toBe(1);
    link(b, "t", c, "u");
    link(c, "u", a, "s");
    b.set("t", 5);
    expect([a.get("s"), c.get("u")]).toEqual([5, 5]);
    c.set("u", null);
    expect([a.get("s"), b.get("t")]).toEqual([null, null]);
  });
});

describe("a saved page", () => {
  afterEach(() => vi.restoreAllMocks());

  /** Bundles come as data addresses here, since Node imports no Blob addresses. */
  const serve = () => {
    vi.spyOn(URL, "createObjectURL").mockImplementation(() => "");
    vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => {});
    const sources: string[] = [];
    vi.stubGlobal(
      "Blob",
      class {
        constructor([source]: [string]) {
          sources.push(source);
        }
      },
    );
    vi.mocked(URL.createObjectURL).mockImplementation(
      () => `data:text/javascript,${encodeURIComponent(sources.at(-1) ?? "")}`,
    );
  };
  const widget = (mount: string, text: string) => ({
    bundle: "echo",
    mount,
    state: { text },
    buffers: [],
  });
  const echo = `export default { render({ model, el }) {
    const draw = () => { el.textContent = model.get("text"); };
    model.on("change:text", draw); draw();
    el.onclick = () => model.set("text", "clicked"); } }`;

  it("renders every widget in its element, and links them", async () => {
    serve();
    document.body.replaceChildren(
      ...["a", "b"].map((id) => Object.assign(document.createElement("div"), { id })),
    );
    await openPage({
      bundles: { echo },
      widgets: [widget("a", "one"), widget("b", "two"), widget("gone", "three")],
      links: [
        [0, "text", 1, "text"],
        [0, "text", 9, "text"],
      ],
    });
    const text = () => ["a", "b"].map((id) => document.getElementById(id)?.textContent);
    expect(text()).toEqual(["one", "one"]);
    document.getElementById("b")?.click();
    expect(text()).toEqual(["clicked", "clicked"]);
  });

  it("reports a widget that cannot be shown, and shows the others", async () => {
    serve();
    document.body.replaceChildren(
      ...["a", "b"].map((id) => Object.assign(document.createElement("div"), { id })),
    );
    await openPage({
      bundles: { echo, broken: "throw new Error('no luck')" },
      widgets: [{ ...widget("a", ""), bundle: "broken" }, widget("b", "two")],
      links: [],
    });
    expect(document.getElementById("a")?.textContent).toMatch("could not be displayed");
    expect(document.getElementById("b")?.textContent).toBe("two");
  });
});
