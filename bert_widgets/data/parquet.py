"""Parquet files, read so that a small file cannot fill the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .._common.extras import needs_extra

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

_BATCH = 1024  # rows
_LEAST_LIMIT = 256 * 2**20
"""Bytes that any file may unpack to."""

_MOST_TIMES = 100
"""How many times its own size a larger file may unpack to; texts compress to a tenth at best."""


def read_parquet(path: Path) -> pd.DataFrame:
    """Return the table of a Parquet file, without pandas' own notes in it, which may be wrong.

    Raises
    ------
    ValueError
        If it unpacks to more than 256 MiB and more than 100 times its size.
    """
    with needs_extra("pyarrow", "Reading a Parquet file"):
        import pyarrow as pa
        import pyarrow.parquet as pq

    limit = max(_LEAST_LIMIT, _MOST_TIMES * path.stat().st_size)
    batches: list[pa.RecordBatch] = []
    size = 0
    # A column of strings is read as the different ones and their numbers, which are small even
    # where one long string is repeated a million times.
    with pq.ParquetFile(path) as file:
        strings = [field.name for field in file.schema_arrow if _is_string(field.type)]
    with pq.ParquetFile(path, read_dictionary=strings) as file:
        _check_size(path, file.metadata.num_rows, limit)  # a byte a row
        for batch in file.iter_batches(_BATCH):
            size += batch.nbytes
            _check_size(path, size, limit)
            batches.append(batch)
        table = pa.Table.from_batches(batches, schema=file.schema_arrow)
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    for name, values in frame.items():
        if isinstance(values.dtype, pd.CategoricalDtype):
            frame[name] = values.astype(object)  # equal strings are one object
    return frame


def _is_string(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _check_size(path: Path, size: int, limit: int) -> None:
    if size > limit:
        msg = (
            f"it has {path.stat().st_size:,} bytes and unpacks to more than {limit:,}; if it is "
            "sound, read it with pandas.read_parquet(path) and pass the DataFrame."
        )
        raise ValueError(msg)
