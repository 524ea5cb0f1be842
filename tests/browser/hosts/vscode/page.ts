// The widgets of a notebook as VS Code shows them, on a kernel of a Jupyter server.
import { type Kernel, KernelManager, ServerConnection } from "@jupyterlab/services";
// @ts-expect-error: the file that build.mjs puts beside this one has no types
import { activate } from "./renderer.js";

const VIEW = "application/vnd.jupyter.widget-view+json";

declare global {
  interface Window {
    vscIPyWidgets8: { load(): void };
    // biome-ignore lint/suspicious/noExplicitAny: it has no types
    vscIPyWidgets: any;
    host: {
      kernel: Kernel.IKernelConnection;
      run(code: string): Promise<string>;
      value(expression: string): Promise<string>;
    };
  }
}

activate();
window.vscIPyWidgets8.load();
const output = document.querySelector("#output") as HTMLElement;
const base = document.body.dataset.server as string;
const serverSettings = ServerConnection.makeSettings({
  baseUrl: base,
  wsUrl: base.replace(/^http/, "ws"),
});
const kernel = await new KernelManager({ serverSettings }).startNew({ name: "python3" });
const scriptLoader = {
  widgetsRegisteredInRequireJs: new Set<string>(),
  loadWidgetScript: async () => {},
  successHandler: () => {},
  errorHandler: (...what: unknown[]) => console.error("not loaded", ...what),
};
const manager = new window.vscIPyWidgets.WidgetManager(kernel, output, scriptLoader, () => {});

async function show(id: string): Promise<void> {
  const model = await manager.get_model(id);
  const view = await manager.create_view(model, { el: output });
  const box = document.createElement("div");
  box.className = "cell-output-ipywidget-background";
  output.append(box);
  await manager.display_view({}, view, { node: box });
}

window.host = {
  kernel,
  async run(code) {
    const future = kernel.requestExecute({ code });
    const shown: Promise<void>[] = [];
    future.onIOPub = ({ content }) => {
      const data = (content as { data?: Record<string, { model_id: string }> }).data;
      if (data?.[VIEW]) shown.push(show(data[VIEW].model_id));
    };
    const { content } = await future.done;
    await Promise.all(shown);
    return content.status === "ok" ? "" : JSON.stringify(content);
  },
  async value(expression) {
    const request = { code: "", silent: true, user_expressions: { value: expression } };
    const { content } = await kernel.requestExecute(request).done;
    return JSON.stringify((content as unknown as Record<string, unknown>).user_expressions);
  },
};
document.body.dataset.ready = "true";
