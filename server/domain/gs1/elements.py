"""GS1 data out of scans: as labels/gs1 reads it, what it refuses being a scan refused."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from labels.gs1 import Gs1Error, elements
from server.domain.gs1.errors import ScanError

_Asked = ParamSpec("_Asked")
_Answer = TypeVar("_Answer")


def _of_scans(read: Callable[_Asked, _Answer]) -> Callable[_Asked, _Answer]:
    @wraps(read)
    def reading(*args: _Asked.args, **kwargs: _Asked.kwargs) -> _Answer:
        try:
            return read(*args, **kwargs)
        except Gs1Error as broken:
            raise ScanError(broken.code, **broken.fields) from None

    return reading


checked_content = _of_scans(elements.checked_content)
checked_shape = _of_scans(elements.checked_shape)
parse_bracketed = _of_scans(elements.parse_bracketed)
parse_element_string = _of_scans(elements.parse_element_string)
