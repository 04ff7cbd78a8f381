"""Labels: codes, symbols, designs, printer languages and decoding; knows nothing of the server.

    from labels import render
    render("item-40x30", {"sku": "M8-40", "name": "六角螺栓"}, to="zpl").content

The names are fetched when they are first used: whoever only wants labels.gs1 (as the server's
rules do) does not pay half a second for fonts, pictures and decoders.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labels.calibration import calibration_design
    from labels.designs import Design, design_document, design_names, import_design, load_design
    from labels.documents import (
        PAPERS,
        Column,
        PrintedDocument,
        render_documents,
        sample_document,
    )
    from labels.errors import LabelError
    from labels.layout import lay_out
    from labels.media import PAGES, Media
    from labels.rendering import MEDIA_TYPES, Rendered, render, render_labels

__all__ = [
    "MEDIA_TYPES",
    "PAGES",
    "PAPERS",
    "Column",
    "Design",
    "LabelError",
    "Media",
    "PrintedDocument",
    "Rendered",
    "calibration_design",
    "design_document",
    "design_names",
    "import_design",
    "lay_out",
    "load_design",
    "render",
    "render_documents",
    "render_labels",
    "sample_document",
]

_HOMES = {
    "MEDIA_TYPES": "labels.rendering",
    "PAGES": "labels.media",
    "PAPERS": "labels.documents",
    "Column": "labels.documents",
    "LabelError": "labels.errors",
    "Media": "labels.media",
    "PrintedDocument": "labels.documents",
    "Rendered": "labels.rendering",
    "calibration_design": "labels.calibration",
    "lay_out": "labels.layout",
    "render": "labels.rendering",
    "render_documents": "labels.documents",
    "render_labels": "labels.rendering",
    "sample_document": "labels.documents",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'labels' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "labels.designs")), name)
