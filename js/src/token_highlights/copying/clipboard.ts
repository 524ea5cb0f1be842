import { download } from "../../shared/files.ts";

/** The outcome, as a sentence for the user. */
export type Copied = string;

type Kind = "text/html" | "text/plain" | "image/png";

/** Copies content in one or more formats; saves a file if the clipboard is not available. */
export async function copy(forms: Partial<Record<Kind, Blob>>, fileName: string): Promise<Copied> {
  try {
    await navigator.clipboard.write([new ClipboardItem(forms)]);
    return "Copied.";
  } catch {
    const [file] = Object.values(forms);
    if (file === undefined) return copyFailed();
    download(fileName, file);
    return "The clipboard is not available on this page; saved as a file instead.";
  }
}

export function copyFailed(): Copied {
  return "Copying failed.";
}
