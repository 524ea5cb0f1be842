"""The page of the docs on faults, from the records of the long tests.

``python -m tests.faults.table`` writes docs/faults.md.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.faults.record import RECORDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"

_TEXT = """# Faults

<!-- Written by `python -m tests.faults.table` from what `pytest --long tests/faults` recorded. -->

What was broken on purpose, how often, and what came of it. The tests run in a short form
with all the others; the figures are of the long form, or of as much of it as was run.

| fault | trials | what came of it |
| --- | ---: | --- |
{rows}

What holds besides, each shown by a test in `tests/faults` or `tests/browser`:

- A probe, an evaluation, a function in `report_to` or a callback that fails is noted, and the
  training goes on. So is one that runs out of memory, after it has tried fewer texts at a time.
- A training that fails, and a process that is asked to end (SIGTERM, SIGHUP), leave a checkpoint of
  the last step.
- An update of the weights that fails midway is neither repeated nor saved: the training ends with a
  sentence that names its last checkpoint, and the model has the weights of an earlier step again.
- Each checkpoint, and each folder that `save_pretrained` writes, has a manifest with the size and
  SHA-256 of every file. It takes about 0.4 seconds for 400 MB, where writing them takes more than
  two. A damaged checkpoint is passed over for the newest whole one, with a warning.
- If the folder of a run is emptied, moved or unmounted while it trains, the next checkpoint writes
  anew all that a resume needs, and a note says so.
- A killed kernel, server or browser (`kill -9`): the panel on the page says that it was training,
  or shows it going on, and the run is resumed from its folder. So it says where the server gives a
  kernel up that has ended too often, or where it is shut down from the menu.
- Where the connection of a page is cut for a minute, the run goes on; what was pressed meanwhile is
  done, and the panel is up to date, once there is one again.
- A widget that was closed is collected without waiting for a lock, on whichever thread.
- A page that is hidden, busy or closed is sent ever fewer states of a run, a few hundred in a day,
  since hosts keep for it all that it has not read. It is up to date as soon as it answers.
- A file system that has room for no more files, or that becomes read-only, pauses the run until it
  can be written to.
- What one call of `predict`, `evaluate`, `attribute`, `head_effects`, `badge`, `faithfulness`,
  `evaluate_explanations` or `Corpus.similar` returns is by one state of the weights, whoever trains
  the model.
- One training at a time writes to a folder. A claim of a process that has ended is replaced.
"""


def page() -> str:
    """Return the page in Markdown."""
    rows = []
    for path in sorted(RECORDS.glob("*.json")):
        kept = json.loads(path.read_text("utf-8"))
        results = ", ".join(f"{what}: {count:,}" for what, count in kept["results"].items())
        what = kept["what"][:1].upper() + kept["what"][1:]
        rows.append(f"| {what} | {kept['trials']:,} | {results} |")
    return _TEXT.format(rows="\n".join(rows))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8", newline="\n")
