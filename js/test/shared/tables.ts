const texts = (row: Element) => [...row.children].map(({ textContent }) => textContent);

/** The texts of the cells of a table, row by row. */
export const cellsOf = (table: HTMLElement) => [...table.querySelectorAll("tbody tr")].map(texts);

/** The headings of the columns of a table. */
export const headsOf = (table: HTMLElement) =>
  [...table.querySelectorAll("thead tr")].flatMap(texts);
