"""The one error of codes that break the rules they claim to follow."""

from server.domain.errors import InvalidScan


class ScanError(InvalidScan):
    """A code claims to be GS1 (AIM identifier or FNC1) and is broken.

    Codes: empty_code, unknown_ai, bad_length, bad_charset, bad_check_digit, bad_code_date,
    conflicting_elements; `fields` say where: ai, value and what was expected.
    """
