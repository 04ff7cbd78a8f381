"""Files that are saved rather than shown: tables as CSV and XLSX."""

from collections.abc import Iterator
from typing import Final

from flask import Response, stream_with_context

from server.services.write_table import CSV_TYPE, XLSX_TYPE

_TYPES: Final = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


def saved_table(name: str, content: bytes | Iterator[bytes]) -> Response:
    """A table under this name, which ends in .csv or .xlsx; in pieces it leaves as it is made."""
    body = content if isinstance(content, bytes) else stream_with_context(content)
    return Response(
        body,
        content_type=_TYPES[name.rpartition(".")[2]],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
