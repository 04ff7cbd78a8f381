"""`stockturn decode FILE…`: every code in pictures."""

import json
import os
from typing import Any

import click

from labels.decoding import decode as codes_in
from labels.errors import LabelError
from server.text import worded


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--json", "as_document", is_flag=True, help="Everything known of each code, as JSON.")
def decode(files: tuple[str, ...], as_document: bool) -> None:
    """Every code in the pictures FILES, with its symbology and place; exit 1 if one has none."""
    seen = [_look(file) for file in files]
    if as_document:
        click.echo(json.dumps(seen, ensure_ascii=False, indent=2))
    else:
        for file in seen:
            _tell(file)
    if not all(file["codes"] for file in seen):
        raise SystemExit(1)


def _look(file: str) -> dict[str, Any]:
    try:
        return {"file": file, "codes": [found.as_json() for found in codes_in(file)]}
    except LabelError as refusal:
        facts = {name: fact for name, fact in refusal.fields.items() if fact != ""}
        return {"file": file, "codes": [], "error": {"code": refusal.code, "fields": facts}}


def _tell(file: dict[str, Any]) -> None:
    if "error" in file:
        click.echo(f"{file['file']}: {_sentence(file['error'])}", err=True)
    elif not file["codes"]:
        click.echo(f"{file['file']}: -", err=True)
    for code in file["codes"]:
        (x, y), *_ = code["position"]
        text = code["text"].replace("\x1d", "<GS>")
        shown = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
        click.echo(f"{file['file']}: {code['symbology']} {shown} ({x}, {y})")


def _sentence(error: dict[str, Any]) -> str:
    language = "zh" if os.environ.get("LANG", "").lower().startswith("zh") else "en"
    return f"{worded(error['code'], error['fields'], language)} [{error['code']}]"
