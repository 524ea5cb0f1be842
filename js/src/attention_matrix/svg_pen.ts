import { css, type Rgb } from "../shared/color.ts";
import { indexedPng } from "./indexed_png.ts";
import { type Box, type Grid, type Pen, TEXT_SIZE } from "./pen.ts";

const NAMESPACE = "http://www.w3.org/2000/svg";
/** More cells than this are embedded as an image instead of one rectangle per cell. */
const MOST_RECTANGLES = 16_384;
/** Grids of which several parts are drawn are embedded too: the parts are many and small. */
const MOST_IN_PIECES = 4096;
const ANCHORS = { left: "start", center: "middle", right: "end" };

type Values = Record<string, string | number>;

const short = (value: number): number => Number(value.toFixed(2));

/** A pen that writes a vector file, in which text remains text. */
export function svgPen(
  width: number,
  height: number,
  family: string,
  measure: Pen["widthOf"],
): { pen: Pen; root: SVGSVGElement; moved: (x: number, y: number, draw: () => void) => void } {
  const element = (tag: string, values: Values): SVGElement => {
    const made = document.createElementNS(NAMESPACE, tag);
    for (const [name, value] of Object.entries(values))
      made.setAttribute(name, String(typeof value === "number" ? short(value) : value));
    return made;
  };
  const size = { width, height, viewBox: `0 0 ${width} ${height}`, "font-family": family };
  const root = element("svg", size) as SVGSVGElement;
  let parent: SVGElement = root;
  let clips = 0;
  const shared = new Map<Grid, string>();
  const add = (tag: string, values: Values): SVGElement => {
    const made = element(tag, values);
    parent.append(made);
    return made;
  };
  const inside = (values: Values, draw: () => void): void => {
    const outer = parent;
    parent = add("g", values);
    draw();
    parent = outer;
  };
  /** The whole grid as an image, which is embedded once however many parts of it are drawn. */
  const imageId = (grid: Grid): string => {
    const id = shared.get(grid) ?? `grid${shared.size + 1}`;
    if (!shared.has(grid)) {
      const all = { x: 0, y: 0, width: grid.columns, height: rowsOf(grid) };
      const image = element("image", { id, ...embedded(grid, all, all) });
      const definitions = element("defs", {});
      definitions.append(image);
      root.append(definitions);
      shared.set(grid, id);
    }
    return id;
  };
  const piece = (grid: Grid, { x, y, width: w, height: t }: Box, box: Box): void => {
    const window = { ...box, viewBox: `${x} ${y} ${w} ${t}`, preserveAspectRatio: "none" };
    add("svg", window).append(element("use", { href: `#${imageId(grid)}` }));
  };
  const stroke = (color: Rgb, lineWidth: number, opacity = 1): Values => ({
    fill: "none",
    stroke: css(color),
    "stroke-width": lineWidth,
    ...(opacity === 1 ? {} : { "stroke-opacity": opacity }),
  });
  const pen: Pen = {
    fill: (box, color, opacity = 1) => {
      const faint = opacity === 1 ? {} : { "fill-opacity": opacity };
      add("rect", { ...box, fill: css(color), ...faint });
    },
    frame: (box, color, lineWidth) => {
      add("rect", { ...box, ...stroke(color, lineWidth) });
    },
    line: (points, color, lineWidth, opacity) => {
      const listed = points.map(short).join(" ");
      add("polyline", { points: listed, ...stroke(color, lineWidth, opacity) });
    },
    curve: ([x1, y1], [x2, y2], { color, width: lineWidth, opacity }) => {
      const middle = short((x1 + x2) / 2);
      const [top, end] = [short(y1), short(y2)];
      const d = `M${short(x1)} ${top}C${middle} ${top} ${middle} ${end} ${short(x2)} ${end}`;
      add("path", { d, ...stroke(color, lineWidth, opacity) });
    },
    text: (text, x, y, look) => {
      const made = add("text", {
        x,
        y,
        fill: css(look.color),
        "font-size": look.size ?? TEXT_SIZE,
        "dominant-baseline": "central",
        "text-anchor": ANCHORS[look.align ?? "left"],
        ...(look.bold ? { "font-weight": 600 } : {}),
        ...(look.angle ? { transform: `rotate(${-look.angle} ${short(x)} ${short(y)})` } : {}),
        ...(look.opacity === undefined ? {} : { "fill-opacity": look.opacity }),
      });
      made.textContent = writable(text);
    },
    widthOf: measure,
    cells: (grid, source, box) => {
      const inPieces = source.width === grid.columns && source.height < rowsOf(grid);
      if (inPieces && grid.bytes.length > MOST_IN_PIECES) piece(grid, source, box);
      else if (source.width * source.height > MOST_RECTANGLES)
        add("image", embedded(grid, source, box));
      else for (const cell of rectangles(grid, source, box)) add("rect", cell);
    },
    within: (box, draw) => {
      const id = `clip${++clips}`;
      add("clipPath", { id }).append(element("rect", { ...box }));
      inside({ "clip-path": `url(#${id})` }, draw);
    },
  };
  const moved = (x: number, y: number, draw: () => void): void =>
    inside({ transform: `translate(${x} ${y})` }, draw);
  return { pen, root, moved };
}

/** Removes control characters, which are not valid in XML. */
function writable(text: string): string {
  return Array.from(text)
    .filter((point) => point >= " " || point === "\t")
    .join("");
}

const rowsOf = ({ bytes, columns }: Grid): number => bytes.length / columns;

/** One rectangle for each run of equal cells in a row. */
function* rectangles(grid: Grid, source: Box, box: Box): Generator<Values> {
  const [across, down] = [box.width / source.width, box.height / source.height];
  for (let row = 0; row < source.height; row++) {
    const start = (source.y + row) * grid.columns + source.x;
    for (let from = 0, to = 1; from < source.width; from = to++) {
      const byte = grid.bytes[start + from] ?? 0;
      while (to < source.width && grid.bytes[start + to] === byte) to++;
      yield {
        x: box.x + from * across,
        y: box.y + row * down,
        width: (to - from) * across,
        height: down,
        fill: css(grid.colors[byte] ?? [0, 0, 0]),
        "shape-rendering": "crispEdges",
      };
    }
  }
}

function embedded(grid: Grid, source: Box, box: Box): Values {
  const part = new Uint8Array(source.width * source.height);
  for (let row = 0; row < source.height; row++) {
    const start = (source.y + row) * grid.columns + source.x;
    part.set(grid.bytes.subarray(start, start + source.width), row * source.width);
  }
  return {
    ...box,
    href: indexedPng(part, source.width, grid.colors),
    preserveAspectRatio: "none",
    style: "image-rendering: pixelated",
  };
}
