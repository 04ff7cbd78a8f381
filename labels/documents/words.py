"""The few words a form says by itself."""

from labels.documents.model import Pair

SIGNATURES: dict[str, tuple[Pair, ...]] = {
    "en": (("Prepared by", ""), ("Checked by", ""), ("Warehouse", "")),
    "zh": (("制单", ""), ("审核", ""), ("仓管", "")),
}
PAGE = {"en": "Page {page} of {pages}", "zh": "第 {page} 页 共 {pages} 页"}
COLON = {"en": ": ", "zh": "："}
