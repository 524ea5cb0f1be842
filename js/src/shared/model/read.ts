import type { Model } from "./model.ts";

/** The traits of a model are inconsistent; the message tells developers which and how. */
class DamagedState extends Error {}

/** What was read, or what is wrong with the traits. */
export type Parsed<T> = { value: T } | { damage: string };

export function attempt<T>(read: () => T): Parsed<T> {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof DamagedState) return { damage: error.message };
    throw error;
  }
}

export function check(condition: boolean, detail: string): asserts condition {
  if (!condition) throw new DamagedState(detail);
}

export function text<T extends string>(model: Model<T>, name: T): string {
  const value = model.get(name) ?? "";
  check(typeof value === "string", `“${name}” is not a string.`);
  return value;
}

export function flag<T extends string>(model: Model<T>, name: T): boolean {
  return model.get(name) === true;
}

export function number<T extends string>(model: Model<T>, name: T): number {
  const value = model.get(name);
  check(
    typeof value === "number" && Number.isFinite(value) && value >= 0,
    `“${name}” is not a non-negative number.`,
  );
  return value;
}

export function numberOrNull<T extends string>(model: Model<T>, name: T): number | null {
  const value = model.get(name);
  return value === null || value === undefined ? null : number(model, name);
}

/** A finite number, which may be negative. */
export function finiteOrNull<T extends string>(model: Model<T>, name: T): number | null {
  const value = model.get(name) ?? null;
  check(
    value === null || (typeof value === "number" && Number.isFinite(value)),
    `“${name}” is not a number.`,
  );
  return value;
}

export function integer<T extends string>(
  model: Model<T>,
  name: T,
  below = Number.MAX_SAFE_INTEGER,
): number {
  const value = number(model, name);
  check(
    Number.isInteger(value) && value < below,
    `“${name}” is not an integer in the valid range.`,
  );
  return value;
}

/** An index that other widgets may set for a different text: anything out of range means none. */
export function indexOrNull<T extends string>(
  model: Model<T>,
  name: T,
  count: number,
): number | null {
  const value = model.get(name);
  if (typeof value !== "number" || !Number.isInteger(value)) return null;
  return value >= 0 && value < count ? value : null;
}

export function list<T extends string>(model: Model<T>, name: T): unknown[] {
  const value = model.get(name) ?? [];
  check(Array.isArray(value), `“${name}” is not a list.`);
  return value;
}

export function texts<T extends string>(model: Model<T>, name: T): string[] {
  return list(model, name).map((item) => {
    check(typeof item === "string", `“${name}” has an item that is not a string.`);
    return item;
  });
}

export function numbers<T extends string>(model: Model<T>, name: T): number[] {
  return list(model, name).map((item) => {
    check(
      typeof item === "number" && Number.isFinite(item),
      `“${name}” has an item that is not a number.`,
    );
    return item;
  });
}

interface Kinds {
  text: string;
  number: number;
}

/** A list of rows with one type for each column. */
export function tuples<T extends string, const K extends readonly (keyof Kinds)[]>(
  model: Model<T>,
  name: T,
  ...kinds: K
): { -readonly [I in keyof K]: Kinds[K[I]] }[] {
  return list(model, name).map((item) => {
    check(
      Array.isArray(item) &&
        item.length === kinds.length &&
        kinds.every((kind, i) =>
          kind === "text" ? typeof item[i] === "string" : Number.isFinite(item[i]),
        ),
      `“${name}” does not hold rows of the types ${kinds.join(", ")}.`,
    );
    return item as { -readonly [I in keyof K]: Kinds[K[I]] };
  });
}

/** The result of `read`, which may use only these traits; computed again after one of them was replaced. */
export function remembered<T extends string, V>(
  names: readonly T[],
  read: (model: Model<NoInfer<T>>) => V,
): (model: Model<T>) => V {
  const changed = differs();
  let value: V;
  return (model) => {
    if (changed(...names.map((name) => model.get(name)))) value = read(model);
    return value;
  };
}

/** A function that tells whether any of its arguments differs from the previous call. */
export function differs(): (...parts: unknown[]) => boolean {
  let last: unknown[] | null = null;
  return (...parts) => {
    const changed = last === null || parts.some((part, i) => part !== last?.[i]);
    last = parts;
    return changed;
  };
}

/** The bytes of a binary trait, copied so that every typed view of them is aligned; null before Python sets it. */
function copied<T extends string>(model: Model<T>, name: T): ArrayBuffer | null {
  const value = model.get(name);
  if (value === null || value === undefined) return null;
  if (value instanceof ArrayBuffer) return value;
  check(ArrayBuffer.isView(value), `“${name}” is not binary data.`);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice().buffer;
}

function sized(buffer: ArrayBuffer, name: string, width: number, count: number): void {
  check(
    buffer.byteLength === width * count,
    `“${name}” has ${buffer.byteLength} bytes, not the ${width * count} expected.`,
  );
}

export function float32<T extends string>(
  model: Model<T>,
  name: T,
  count: number,
): Float32Array | null {
  const buffer = copied(model, name);
  if (buffer === null) return null;
  sized(buffer, name, 4, count);
  const values = new Float32Array(buffer);
  check(
    values.every((value) => Number.isFinite(value)),
    `“${name}” has a value that is not finite.`,
  );
  return values;
}

/** The bytes of a list of numbers, each `width` wide; none before Python sets it. */
export function bytes<T extends string>(model: Model<T>, name: T, width: number): ArrayBuffer {
  const buffer = copied(model, name) ?? new ArrayBuffer(0);
  check(
    width > 0 ? buffer.byteLength % width === 0 : buffer.byteLength === 0,
    `“${name}” has an incomplete row.`,
  );
  return buffer;
}

/** Rows of measurements, where a missing or diverged value is NaN or infinite. */
export function float32Rows<T extends string>(
  model: Model<T>,
  name: T,
  columns: number,
): Float32Array {
  return new Float32Array(bytes(model, name, 4 * columns));
}

export function int32<T extends string>(
  model: Model<T>,
  name: T,
  count: number,
): Int32Array | null {
  const buffer = copied(model, name);
  if (buffer === null) return null;
  sized(buffer, name, 4, count);
  return new Int32Array(buffer);
}

export function uint8<T extends string>(
  model: Model<T>,
  name: T,
  count: number,
): Uint8Array | null {
  const buffer = copied(model, name);
  if (buffer === null) return null;
  sized(buffer, name, 1, count);
  return new Uint8Array(buffer);
}
