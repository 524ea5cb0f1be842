import { afterEach, beforeEach, expect, it, vi } from "vitest";
import bootstrap from "../src/bootstrap.ts";
import type { RenderContext } from "../src/shared/model/model.ts";

const SOURCE = `
globalThis.loaded = (globalThis.loaded ?? 0) + 1;
export default { render: ({ el }) => { el.textContent = "drawn"; return () => el.remove(); } };
`;
const page = globalThis as { loaded?: number };

beforeEach(() => {
  page.loaded = 0;
  // Node cannot import what a browser keeps under a blob: address.
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    const source = sources.get(blob as Blob) ?? "";
    return `data:text/javascript,${encodeURIComponent(`${source}// ${Math.random()}`)}`;
  });
});
afterEach(() => vi.restoreAllMocks());

const sources = new Map<Blob, string>();
const OriginalBlob = globalThis.Blob;
vi.stubGlobal(
  "Blob",
  class extends OriginalBlob {
    constructor(parts: BlobPart[], options?: BlobPropertyBag) {
      super(parts, options);
      const [part] = parts;
      if (part instanceof ArrayBuffer) sources.set(this, new TextDecoder().decode(part));
    }
  },
);

async function context(
  name: string,
  source = SOURCE,
  signal?: AbortSignal,
): Promise<RenderContext> {
  const stream = new Blob([source]).stream().pipeThrough(new CompressionStream("gzip"));
  const packed = new DataView(await new Response(stream).arrayBuffer()); // as hosts hand over bytes
  const traits: Record<string, unknown> = { _bundle_name: name, _bundle_source: packed };
  const model = { get: (trait: string) => traits[trait] };
  const el = document.createElement("div");
  return { model, el, ...(signal && { signal }) } as unknown as RenderContext;
}

it("loads the code of a kind of widget once in a page, however many are shown", async () => {
  const shown = await Promise.all([context("a"), context("a"), context("a")]);
  await Promise.all(shown.map((context) => bootstrap.render(context)));
  expect(page.loaded).toBe(1);
  expect(shown.map(({ el }) => el.textContent)).toEqual(["drawn", "drawn", "drawn"]);
});

it("loads another version too, and gives the clean-up of the widget", async () => {
  await bootstrap.render(await context("b"));
  const shown = await context("c");
  document.body.append(shown.el);
  const remove = await bootstrap.render(shown);
  expect(page.loaded).toBe(2);
  remove?.();
  expect(shown.el.isConnected).toBe(false);
});

it("tries again after a failure", async () => {
  await expect(
    bootstrap.render(await context("d", "throw new Error('broken');")),
  ).rejects.toThrow();
  await bootstrap.render(await context("d"));
  expect(page.loaded).toBe(1);
});

it("draws nothing in a place that was removed meanwhile", async () => {
  const shown = await context("e", SOURCE, AbortSignal.abort());
  expect(await bootstrap.render(shown)).toBeUndefined();
  expect(shown.el.textContent).toBe("");
});

it("marks the page, so that no style sheet says that scripts are refused", () => {
  expect(document.documentElement.matches(":root[data-bert-widgets]")).toBe(true);
});
