"""Barcodes as modules: make_symbol(kind, data) -> Symbol."""

from labels.symbols.symbol import Symbol

__all__ = ["Symbol"]
