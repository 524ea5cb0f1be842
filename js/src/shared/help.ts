import { button, h } from "./dom.ts";

/** What the keys do in each part of a widget. */
export type Help = readonly (readonly [
  part: string,
  keys: readonly (readonly [keys: string, does: string])[],
])[];

const EVERYWHERE: Help[number] = [
  "Everywhere",
  [
    ["Tab", "Go to the next control; with Shift to the previous one"],
    ["?", "Open this list"],
  ],
];

/** A list of the keys of a widget, over the page: opened by a button and by “?”, closed by Escape. */
export function makeHelp(name: string, help: Help): { elements: HTMLElement[]; open: () => void } {
  const parts = [...help, EVERYWHERE].map(([part, keys]) =>
    h(
      "section",
      {},
      h("h3", {}, part),
      h("dl", {}, ...keys.map(([key, does]) => h("div", {}, h("dt", {}, key), h("dd", {}, does)))),
    ),
  );
  const close = button("Close", () => dialog.close());
  const dialog = h(
    "dialog",
    { class: "bw-keys", "aria-label": `Keys of ${name}` },
    ...parts,
    close,
  );
  // The browser closes the dialog and gives the focus back; the notebook must not hear of the key.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  const open = (): void => {
    if (!dialog.open) dialog.showModal();
  };
  const opener = button("?", open, { class: "bw-keys-button", name: "Keys" });
  opener.title = "Keys (?)";
  return { elements: [opener, dialog], open };
}

/** Whether a key press asks for help, and is not part of a text. */
export function asksForHelp({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  const types = target instanceof Element && target.matches('textarea, input[type="text"]');
  return key === "?" && !types && !ctrlKey && !metaKey && !altKey;
}
