import { download } from "../shared/files.ts";

/** What to tell the reader. */
export type Copied = string;

type Kind = "text/html" | "text/plain" | "image/png";

/** Puts a thing on the clipboard in one or more forms; a page that may not gets a file instead. */
export async function copy(forms: Partial<Record<Kind, Blob>>, fileName: string): Promise<Copied> {
  try {
    await navigator.clipboard.write([new ClipboardItem(forms)]);
    return "Copied.";
  } catch {
    const [file] = Object.values(forms);
    if (file === undefined) return copyFailed();
    download(fileName, file);
    return "This page may not use the clipboard; saved as a file.";
  }
}

export function copyFailed(): Copied {
  return "The copy could not be made.";
}
