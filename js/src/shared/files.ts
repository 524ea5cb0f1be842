import { h } from "./dom.ts";

/** Downloads a file. */
export function download(name: string, file: Blob): void {
  const address = URL.createObjectURL(file);
  h("a", { href: address, download: name }).click();
  // A browser may still be reading the address when `click` returns.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
