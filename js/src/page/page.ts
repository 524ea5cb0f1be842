import type { RenderContext } from "../shared/model/model.ts";
import { link, type SavedWidget, savedModel } from "./saved_model.ts";

/** What Python writes into a saved page. */
export interface Page {
  bundles: Record<string, string>;
  widgets: SavedWidget[];
  links: [number, string, number, string][];
}

interface Bundle {
  default: { render: (context: RenderContext) => unknown };
}

async function load(source: string): Promise<Bundle> {
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return (await import(address)) as Bundle;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Renders every widget of a saved page into its element. */
export async function openPage({ bundles, widgets, links }: Page): Promise<void> {
  const models = widgets.map(savedModel);
  for (const [one, trait, other, otherTrait] of links) {
    const [first, second] = [models[one], models[other]];
    if (first && second) link(first, trait, second, otherTrait);
  }
  const loaded = new Map<string, Promise<Bundle>>();
  await Promise.all(
    widgets.map(async ({ bundle, mount }, i) => {
      const el = document.getElementById(mount);
      const source = bundles[bundle];
      const model = models[i];
      if (el === null || source === undefined || model === undefined) return;
      const module = loaded.get(bundle) ?? load(source);
      loaded.set(bundle, module);
      try {
        (await module).default.render({ model, el });
      } catch (error) {
        el.textContent = `This widget could not be displayed: ${error}`;
      }
    }),
  );
}
