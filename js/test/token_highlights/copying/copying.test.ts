import { describe, expect, it, vi } from "vitest";
import { click, find, usePage } from "../../shared/page.ts";
import { open } from "../page.ts";

usePage();

describe("copies", () => {
  it("contain the prediction and the text as escaped HTML", async () => {
    const written: Record<string, Blob>[] = [];
    vi.stubGlobal(
      "ClipboardItem",
      class {
        constructor(forms: Record<string, Blob>) {
          written.push(forms);
        }
      },
    );
    vi.stubGlobal("navigator", { clipboard: { write: async () => {} } });
    open({ labels: ["<i>", "positive"] });
    click("Copy as HTML");
    const markup = await written[0]?.["text/html"]?.text();
    expect(markup).toContain("&lt;i&gt; 25.0%");
    expect(markup).toMatch(/>not<\/span> <span[^>]*underline dashed[^>]*>bad<\/span>/);
    await vi.waitFor(() => expect(find(".bw-copies")[0]?.textContent).toContain("Copied."));
  });
});
