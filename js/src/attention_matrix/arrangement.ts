/** What the rows and columns of the current matrices are: tokens or words, without hidden ones. */
export interface Arrangement {
  labels: string[];
  /** The row of each token; -1 if it is hidden. */
  rowOfToken: Int32Array;
  /** The word of each token; -1 for a special token. */
  wordOfToken: Int32Array;
  /** For each row its first token, its word (-1 for a special token) and its text (0, 1 or -1). */
  tokens: Int32Array;
  words: Int32Array;
  segments: Int8Array;
}

export function arrange(
  labels: string[],
  rowOfToken: Int32Array,
  words: Int32Array,
  segments: Int8Array,
): Arrangement {
  const rows: Arrangement = {
    labels,
    rowOfToken,
    wordOfToken: words,
    tokens: new Int32Array(labels.length).fill(-1),
    words: new Int32Array(labels.length).fill(-1),
    segments: new Int8Array(labels.length).fill(-1),
  };
  for (let token = rowOfToken.length - 1; token >= 0; token--) {
    const row = rowOfToken[token] ?? -1;
    if (row === -1) continue;
    rows.tokens[row] = token;
    rows.words[row] = words[token] ?? -1;
    rows.segments[row] = segments[token] ?? -1;
  }
  return rows;
}

/** Whether every token has its own row. */
export function isWhole({ labels, rowOfToken }: Arrangement): boolean {
  return labels.length === rowOfToken.length;
}

export function rowsOfWord({ words }: Arrangement, word: number | null): number[] {
  return word === null ? [] : [...words.keys()].filter((row) => words[row] === word);
}

export interface TokenSelection {
  token: number | null;
  selected: number | null;
  rows: Arrangement;
}

/** The selected token: the one chosen last, unless a different word was selected after it, here or in another widget. */
export function tokenInView({ token, selected, rows }: TokenSelection): number | null {
  const tokenWord = token === null ? -1 : (rows.wordOfToken[token] ?? -1);
  if (token !== null && (selected === null || tokenWord === selected)) return token;
  if (selected === null) return null;
  const first = rows.wordOfToken.indexOf(selected);
  return first === -1 ? null : first;
}

export function rowInView(selection: TokenSelection): number | null {
  const token = tokenInView(selection);
  const row = token === null ? -1 : (selection.rows.rowOfToken[token] ?? -1);
  return row === -1 ? null : row;
}

const SIDES = { a: 0, b: 1 } as const;

/** Whether a pair's filter ("ab": from the first text to the second) lets a cell through. */
export function passes(
  filter: string,
  { segments }: Arrangement,
): (row: number, column: number) => boolean {
  if (filter === "all") return () => true;
  const [from, to] = [...filter].map((side) => SIDES[side as "a" | "b"]);
  return (row, column) => segments[row] === from && segments[column] === to;
}

/** Neighbouring rows of the same text, as half-open ranges. */
export function stretches({
  segments,
}: Arrangement): { start: number; end: number; segment: number }[] {
  const ranges: { start: number; end: number; segment: number }[] = [];
  segments.forEach((segment, row) => {
    const last = ranges.at(-1);
    if (last?.segment === segment) last.end = row + 1;
    else ranges.push({ start: row, end: row + 1, segment });
  });
  return ranges;
}
