"""A page of the documentation whose table is made from a record."""

from __future__ import annotations

START, END = "<!-- table -->", "<!-- end of table -->"


def with_table(page, table):
    """Return the text of a page with another table in the place of its own."""
    before, _, rest = page.read_text().partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n\n{table}\n\n{END}{after}"
