"""Barcodes as modules: make_symbol(kind, data) -> Symbol."""

from labels.symbols.kinds import KINDS, Kind
from labels.symbols.making import make_symbol
from labels.symbols.symbol import Symbol

__all__ = ["KINDS", "Kind", "Symbol", "make_symbol"]
