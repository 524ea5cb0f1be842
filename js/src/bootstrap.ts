/**
 * The code of a widget, in the page once however many widgets are shown: a page never forgets a module
 * that it has loaded, so one for each widget would make it grow each time that a cell is run.
 */
import type { RenderContext } from "./shared/model/model.ts";

interface Bundle {
  default: { render(context: RenderContext): () => void };
}

// Without it, the style sheet of each widget says that this script was not allowed to run.
document.documentElement.dataset["bertWidgets"] = "";

const REGISTRY = Symbol.for("bert_widgets.bundles");

async function importGzipped(source: BlobPart): Promise<Bundle> {
  const unpacked = new Blob([source]).stream().pipeThrough(new DecompressionStream("gzip"));
  const code = await new Response(unpacked).arrayBuffer();
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    return (await import(url)) as Bundle;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function load(name: string, source: BlobPart): Promise<Bundle> {
  const page = globalThis as { [REGISTRY]?: Map<string, Promise<Bundle>> };
  page[REGISTRY] ??= new Map();
  const bundles = page[REGISTRY];
  let bundle = bundles.get(name);
  if (bundle === undefined) {
    bundle = importGzipped(source);
    bundle.catch(() => bundles.delete(name));
    bundles.set(name, bundle);
  }
  return bundle;
}

async function render(context: RenderContext): Promise<(() => void) | undefined> {
  const { model, signal } = context;
  const name = model.get("_bundle_name") as string;
  const bundle = await load(name, model.get("_bundle_source") as BlobPart);
  return signal?.aborted ? undefined : bundle.default.render(context);
}

export default { render };
