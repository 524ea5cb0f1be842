import { css, type Rgb } from "../../shared/color/color.ts";
import { type Box, type Grid, type Pen, TEXT_SIZE, type TextLook } from "../plot/pen.ts";
import { indexedPng } from "./indexed_png.ts";

const NAMESPACE = "http://www.w3.org/2000/svg";
/** More cells than this are embedded as an image instead of one rectangle per cell. */
const MOST_RECTANGLES = 16_384;
/** Grids of which several parts are drawn are embedded too: the parts are many and small. */
const MOST_IN_PARTS = 4096;
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
  const size = { width, height, viewBox: `0 0 ${width} ${height}`, "font-family": family };
  const root = makeElement("svg", size) as SVGSVGElement;
  const { add, inside } = makeWriter(root);
  const addGrid = gridWriter(root, add);
  let clips = 0;
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
      add("text", { x, y, ...textStyle(x, y, look) }).textContent = writable(text);
    },
    widthOf: measure,
    cells: addGrid,
    within: (box, draw) => {
      const id = `clip${++clips}`;
      add("clipPath", { id }).append(makeElement("rect", { ...box }));
      inside({ "clip-path": `url(#${id})` }, draw);
    },
  };
  const moved = (x: number, y: number, draw: () => void): void =>
    inside({ transform: `translate(${x} ${y})` }, draw);
  return { pen, root, moved };
}

function makeElement(tag: string, values: Values): SVGElement {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(values))
    element.setAttribute(name, String(typeof value === "number" ? short(value) : value));
  return element;
}

interface Writer {
  /** Adds an element to the current group. */
  add: (tag: string, values: Values) => SVGElement;
  /** Draws into a new group. */
  inside: (values: Values, draw: () => void) => void;
}

function makeWriter(root: SVGElement): Writer {
  let parent = root;
  const add = (tag: string, values: Values): SVGElement => {
    const element = makeElement(tag, values);
    parent.append(element);
    return element;
  };
  const inside = (values: Values, draw: () => void): void => {
    const outer = parent;
    parent = add("g", values);
    draw();
    parent = outer;
  };
  return { add, inside };
}

/** Writes grids as rectangles, or as images if they have many cells. */
function gridWriter(root: SVGElement, add: Writer["add"]): Pen["cells"] {
  const ids = new Map<Grid, string>();
  /** The whole grid as an image, which is embedded once however many parts of it are drawn. */
  const imageId = (grid: Grid): string => {
    const id = ids.get(grid) ?? `grid${ids.size + 1}`;
    if (!ids.has(grid)) {
      const all = { x: 0, y: 0, width: grid.columns, height: rowsOf(grid) };
      const image = makeElement("image", { id, ...embedded(grid, all, all) });
      const definitions = makeElement("defs", {});
      definitions.append(image);
      root.append(definitions);
      ids.set(grid, id);
    }
    return id;
  };
  const addPart = (grid: Grid, { x, y, width: w, height: t }: Box, box: Box): void => {
    const window = { ...box, viewBox: `${x} ${y} ${w} ${t}`, preserveAspectRatio: "none" };
    add("svg", window).append(makeElement("use", { href: `#${imageId(grid)}` }));
  };
  return (grid, source, box) => {
    const isPart = source.width === grid.columns && source.height < rowsOf(grid);
    if (isPart && grid.bytes.length > MOST_IN_PARTS) addPart(grid, source, box);
    else if (source.width * source.height > MOST_RECTANGLES)
      add("image", embedded(grid, source, box));
    else for (const cell of rectangles(grid, source, box)) add("rect", cell);
  };
}

function stroke(color: Rgb, lineWidth: number, opacity = 1): Values {
  return {
    fill: "none",
    stroke: css(color),
    "stroke-width": lineWidth,
    ...(opacity === 1 ? {} : { "stroke-opacity": opacity }),
  };
}

function textStyle(x: number, y: number, look: TextLook): Values {
  return {
    fill: css(look.color),
    "font-size": look.size ?? TEXT_SIZE,
    "dominant-baseline": "central",
    "text-anchor": ANCHORS[look.align ?? "left"],
    ...(look.bold ? { "font-weight": 600 } : {}),
    ...(look.angle ? { transform: `rotate(${-look.angle} ${short(x)} ${short(y)})` } : {}),
    ...(look.opacity === undefined ? {} : { "fill-opacity": look.opacity }),
  };
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
