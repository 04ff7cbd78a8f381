"""What can be wrong with GS1 data, whoever reads or writes it."""


class Gs1Error(ValueError):
    """Data that breaks a rule of GS1.

    Codes: empty_code, unknown_ai, bad_length, bad_charset, bad_check_digit, bad_code_date,
    conflicting_elements; `fields` say where: ai, value and what was expected.
    """

    def __init__(self, code: str, /, **fields: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields
