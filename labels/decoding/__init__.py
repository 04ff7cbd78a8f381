"""Reading codes off pictures: decode(picture) -> list of Found."""

from labels.decoding.found import Found
from labels.decoding.parent import decode

__all__ = ["Found", "decode"]
