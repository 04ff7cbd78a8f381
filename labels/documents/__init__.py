"""Documents on paper: purchase orders, receipts, issues, transfers, count sheets, as PDF.

from labels.documents import Column, PrintedDocument, render_documents
render_documents([PrintedDocument(title="采购入库单", number="GR-2026-00017", …)], paper="241x140")
"""

from labels.documents.model import Column, Pair, PrintedDocument
from labels.documents.papers import PAPERS, Paper
from labels.documents.rendering import render_documents
from labels.documents.samples import sample_document

__all__ = [
    "PAPERS",
    "Column",
    "Pair",
    "Paper",
    "PrintedDocument",
    "render_documents",
    "sample_document",
]
