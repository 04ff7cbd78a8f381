"""The words of scanning: what comes in, what was read, what it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from server.domain.gs1 import Element

ONE = Decimal(1)


class ScanKind(StrEnum):
    """What a scan stands for; choice: several things, somebody has to say which."""

    ITEM = "item"
    LOCATION = "location"
    HANDLING_UNIT = "handling_unit"
    DOCUMENT = "document"
    USER = "user"
    COMMAND = "command"
    CHOICE = "choice"
    UNKNOWN = "unknown"


class ReadingKind(StrEnum):
    """How a code is built."""

    PLAIN = "plain"
    GS1 = "gs1"
    DIGITAL_LINK = "digital_link"
    PREFIXED = "prefixed"
    IN_STORE = "in_store"


PREFIX_KINDS: Mapping[str, ScanKind] = {
    "L": ScanKind.LOCATION,
    "T": ScanKind.HANDLING_UNIT,
    "D": ScanKind.DOCUMENT,
    "W": ScanKind.USER,
    "C": ScanKind.COMMAND,
}
"""Our own labels: L: location, T: tote or pallet, D: document, W: worker's badge, C: command."""


@dataclass(frozen=True)
class Scan:
    """What arrived: text as read, AIM symbology identifier (]C1) if known, scanner|camera|typed."""

    text: str
    aim: str | None = None
    source: str = "scanner"


@dataclass(frozen=True)
class InStorePattern:
    """An in-store number with weight or price inside, e.g. "21IIIIIWWWWWC".

    Digits stand for themselves, I item, W weight in kg, P price, C check digit, X anything.
    """

    pattern: str
    weight_decimals: int = 3
    price_decimals: int = 2


@dataclass(frozen=True)
class ScanRules:
    """How this site reads codes.

    separators: what its scanners send instead of GS. bare_gs1: take a text for GS1 without AIM
    identifier or FNC1 when it begins with a GTIN or SSCC and everything in it is right.
    """

    reference_year: int
    separators: tuple[str, ...] = ()
    in_store: tuple[InStorePattern, ...] = ()
    bare_gs1: bool = False


@dataclass(frozen=True)
class Reading:
    """What a code says, before anybody asks whose code it is.

    code: the code itself (plain), after its prefix, or the in-store item number. gtin, content_gtin
    in 14 digits. count: AI 37, else 30. weight_kg: net. why: the steps taken, "code key=value ...".
    """

    kind: ReadingKind
    text: str
    aim: str | None = None
    code: str | None = None
    prefix: str | None = None
    gtin: str | None = None
    content_gtin: str | None = None
    sscc: str | None = None
    gln: str | None = None
    lot: str | None = None
    serial: str | None = None
    expiry: date | None = None
    best_before: date | None = None
    sell_by: date | None = None
    production_date: date | None = None
    packaging_date: date | None = None
    count: int | None = None
    weight_kg: Decimal | None = None
    gross_weight_kg: Decimal | None = None
    price: Decimal | None = None
    order_number: str | None = None
    pattern: str | None = None
    elements: tuple[Element, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class BarcodeEntry:
    """One row of the barcode table, or the own code of a location, unit, document or badge.

    key: as code_key() makes it. packaging_quantity: base units in one scan of it. by_weight: the
    item's base unit is the kilogram. site_id: None when the code means the same everywhere.
    """

    key: str
    kind: ScanKind
    target_id: int
    packaging_id: int | None = None
    packaging_quantity: Decimal = ONE
    by_weight: bool = False
    site_id: int | None = None
    lot: str | None = None
    serial: str | None = None


@dataclass(frozen=True)
class ScanContext:
    """What the person is doing: which kinds the step asks for, what the document and the place
    hold, and the item in hand (for a second symbol that carries only lot or dates)."""

    expected: frozenset[ScanKind] = frozenset()
    document_items: frozenset[int] = frozenset()
    location_items: frozenset[int] = frozenset()
    site_id: int | None = None
    item_id: int | None = None


@dataclass(frozen=True)
class Meaning:
    """What a scan means here. kind says what the code claims to be; without target_ids that thing
    is not known here (yet). quantity: base units. alternatives: of a choice."""

    kind: ScanKind
    target_ids: tuple[int, ...] = ()
    code: str | None = None
    packaging_id: int | None = None
    packaging_quantity: Decimal | None = None
    quantity: Decimal | None = None
    weight_kg: Decimal | None = None
    price: Decimal | None = None
    lot: str | None = None
    serial: str | None = None
    expiry: date | None = None
    best_before: date | None = None
    production_date: date | None = None
    alternatives: "tuple[Meaning, ...]" = field(default=())
    why: tuple[str, ...] = ()
