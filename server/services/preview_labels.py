"""Labels as pictures or documents, without printing anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import labels
from server.services.keep_designs import one_design, refusals

if TYPE_CHECKING:
    from labels import Design, Rendered


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be shown: a design by name, or a document; data, else the design's sample."""

    design: str | None = None
    document: Mapping[str, Any] | None = None
    data: Sequence[Mapping[str, Any]] = ()
    format: str = "png"
    language: str = "zh"
    dpi: int = 203
    sheet: str = ""
    first_cell: int = 1
    copies: int = 1


def preview_labels(look: Look) -> "Rendered":
    """The labels. Raises NotFound `design_unknown`, InvalidInput with the codes of labels/."""
    with refusals():
        design = _design(look)
        return labels.render(
            design,
            list(look.data) or [_sample(design, look.language)],
            to=look.format,
            language=look.language,
            dpi=look.dpi,
            sheet=look.sheet or None,
            first_cell=look.first_cell,
            copies=look.copies,
        )


def sample_of_paper(paper: str, language: str) -> "Rendered":
    """An invented document as PDF. Raises InvalidInput `paper_unknown`."""
    with refusals():
        return labels.render_documents(
            [labels.sample_document(language)], paper=paper, language=language
        )


def _design(look: Look) -> "Design":
    if look.document is not None:
        return labels.load_design({"name": "preview", "version": 1, **look.document})
    return one_design(look.design or "").parsed


def _sample(design: "Design", language: str) -> dict[str, str]:
    return {field.name: field.sample[language] for field in design.fields}
