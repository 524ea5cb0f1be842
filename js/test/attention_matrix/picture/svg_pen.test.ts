import { describe, expect, it } from "vitest";
import { svgOf } from "../../../src/attention_matrix/picture/save.ts";
import { svgPen } from "../../../src/attention_matrix/picture/svg_pen.ts";
import type { Grid, Pen } from "../../../src/attention_matrix/plot/pen.ts";
import { makePalette } from "../../../src/shared/color/palette.ts";

const palette = makePalette([255, 255, 255], null);
const colors = Array.from({ length: 256 }, (_, i) => [i, i, i] as const);
const grid = (bytes: number[], columns: number): Grid => ({
  bytes: Uint8Array.from(bytes),
  columns,
  colors,
  image: null,
});

function drawn(draw: (pen: Pen) => void): SVGSVGElement {
  const { pen, root } = svgPen(400, 300, "serif", (text) => 7 * text.length);
  draw(pen);
  return root;
}

const numbers = (element: Element, ...names: string[]): number[] =>
  names.map((name) => Number(element.getAttribute(name)));

describe("a vector file", () => {
  it("keeps every text as text, never as markup", () => {
    const hostile = '<script>alert("x")</script>&\u0000\u0008';
    const root = drawn((pen) => pen.text(hostile, 10, 20, { color: [0, 0, 0], angle: 45 }));
    expect(root.querySelectorAll("script")).toHaveLength(0);
    expect(root.querySelector("text")?.textContent).toBe('<script>alert("x")</script>&');
    expect(new XMLSerializer().serializeToString(root)).toContain("&lt;script&gt;");
  });

  it("covers a box with the cells of a grid, joining equal neighbours", () => {
    const cells = grid([1, 1, 2, 3, 3, 3], 3);
    const box = { x: 10, y: 20, width: 90, height: 40 };
    const root = drawn((pen) => pen.cells(cells, { x: 0, y: 0, width: 3, height: 2 }, box));
    const rects = [...root.querySelectorAll("rect")].map((rect) =>
      numbers(rect, "x", "y", "width", "height"),
    );
    expect(rects).toEqual([
      [10, 20, 60, 20],
      [70, 20, 30, 20],
      [10, 40, 90, 20],
    ]);
    expect(root.querySelectorAll("rect")[1]?.getAttribute("fill")).toBe("rgb(2 2 2)");
  });

  it("draws a part of a grid from that part's cells", () => {
    const cells = grid([1, 2, 3, 4, 5, 6, 7, 8, 9], 3);
    const part = { x: 1, y: 1, width: 2, height: 1 };
    const root = drawn((pen) => pen.cells(cells, part, { x: 0, y: 0, width: 2, height: 1 }));
    const fills = [...root.querySelectorAll("rect")].map((rect) => rect.getAttribute("fill"));
    expect(fills).toEqual(["rgb(5 5 5)", "rgb(6 6 6)"]);
  });

  it("embeds a large grid once and shows parts of it", () => {
    const side = 20;
    const stack = grid(new Array(12 * side * side).fill(1), side);
    const root = drawn((pen) => {
      for (let i = 0; i < 12; i++) {
        const part = { x: 0, y: i * side, width: side, height: side };
        pen.cells(stack, part, { x: 50 * i, y: 7, width: 40, height: 40 });
      }
    });
    expect(root.querySelectorAll("rect")).toHaveLength(0);
    const image = root.querySelector("defs image") as Element;
    expect(root.querySelectorAll("image")).toHaveLength(1);
    expect(numbers(image, "x", "y", "width", "height")).toEqual([0, 0, side, 12 * side]);
    const third = root.querySelectorAll("svg")[2] as Element;
    expect(third.getAttribute("viewBox")).toBe(`0 ${2 * side} ${side} ${side}`);
    expect(numbers(third, "x", "y", "width", "height")).toEqual([100, 7, 40, 40]);
    expect(third.querySelector("use")?.getAttribute("href")).toBe(`#${image.id}`);
  });

  it("embeds cells in a file that holds each byte and its colour", () => {
    const bytes = Array.from({ length: 300 * 300 }, (_, i) => (7 * i) % 256);
    const part = { x: 10, y: 20, width: 280, height: 270 };
    const root = drawn((pen) => pen.cells(grid(bytes, 300), part, { ...part, x: 0, y: 0 }));
    const address = root.querySelector("image")?.getAttribute("href") ?? "";
    const text = atob(address.replace("data:image/png;base64,", ""));
    const file = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const chunk = (name: string): Uint8Array => {
      const at = text.indexOf(name);
      const length = new DataView(file.buffer).getUint32(at - 4);
      return file.subarray(at + 4, at + 4 + length);
    };
    const size = chunk("IHDR");
    expect([size[2], size[3], size[6], size[7]]).toEqual([
      280 >> 8,
      280 & 255,
      270 >> 8,
      270 & 255,
    ]);
    expect([...chunk("PLTE")].slice(3, 6)).toEqual([1, 1, 1]);
    // Behind the stream's header and that of the first block.
    const line = chunk("IDAT").subarray(7 + 281 * 5, 7 + 281 * 6);
    expect([...line]).toEqual([0, ...bytes.slice(300 * 25 + 10, 300 * 25 + 290)]);
  });

  it("clips what is drawn within a box, and nothing after it", () => {
    const look = { color: [0, 0, 0] as const };
    const root = drawn((pen) => {
      pen.within({ x: 0, y: 0, width: 5, height: 5 }, () => pen.text("in", 1, 1, look));
      pen.text("out", 1, 1, look);
    });
    const inside = root.querySelector("g[clip-path]");
    expect(inside?.textContent).toBe("in");
    const id = root.querySelector("clipPath")?.getAttribute("id");
    expect(inside?.getAttribute("clip-path")).toBe(`url(#${id})`);
  });

  it("has a title, a scale with its numbers, and the plot between margins", () => {
    const source = svgOf({
      title: "Layer 3, head 2 & more",
      scale: { title: "Weight", colors, least: "0", middle: "", most: "0.42" },
      picture: {
        width: 500,
        height: 200,
        paint: (pen) => pen.text("plot", 0, 0, { color: [0, 0, 0] }),
      },
      palette,
      family: '"Noto Sans", sans-serif',
    });
    const file = new DOMParser().parseFromString(source, "image/svg+xml");
    const texts = [...file.querySelectorAll("text")].map((text) => text.textContent);
    expect(texts).toEqual(["Layer 3, head 2 & more", "0.42", "0", "Weight", "plot"]);
    expect(file.querySelector("g[transform] text")?.textContent).toBe("plot");
    expect(numbers(file.documentElement, "width")[0]).toBeGreaterThan(500);
  });
});
