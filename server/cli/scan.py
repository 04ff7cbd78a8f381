"""`stockturn scan TEXT`: what a scan means, and why; with a database also whose code it is."""

import json
import os
from pathlib import Path
from typing import Any

import click

from server.cli.house import house
from server.domain.errors import NotFound, Unavailable
from server.domain.people import SYSTEM
from server.domain.scans import Scan, as_json, explain
from server.services.resolve_scan import Asked, resolve_scan
from server.services.scan_rules import USUAL, rules_from


@click.command()
@click.argument("text")
@click.option("--aim", help="AIM symbology identifier, e.g. ]C1.")
@click.option("--site", help="Code of the site it is scanned at.")
@click.option("--json", "as_document", is_flag=True, help="The whole answer as JSON.")
def scan(text: str, aim: str | None, site: str | None, as_document: bool) -> None:
    """What a scan means here and why; \\x1d in TEXT stands for the GS character."""
    text = text.replace("\\x1d", "\x1d").replace("<GS>", "\x1d")
    told = explain(Scan(text, aim, "typed"), rules_from(USUAL))
    if "error" not in told and _has_database():
        told = _with_database(told, Asked(text, aim, "typed", site, look_up=False))
    elif site is not None and "error" not in told:
        raise NotFound("unknown_site", site=site)
    click.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_document else _sentence(told))
    if "error" in told:
        raise SystemExit(1)


def _has_database() -> bool:
    """Whether there is one to ask: a look at a code must not make an installation."""
    var = Path(os.environ.get("STOCKTURN_VAR", "var"))
    return "STOCKTURN_DATABASE_URL" in os.environ or (var / "stockturn.sqlite3").is_file()


def _with_database(told: dict[str, Any], asked: Asked) -> dict[str, Any]:
    try:
        with house():
            found = resolve_scan(asked, SYSTEM)
    except Unavailable as problem:
        return told | {"note": f"no database: {problem.code}"}
    return told | {
        "reading": as_json(found.reading),
        "keys": list(found.keys),
        "meaning": as_json(found.meaning),
        "targets": found.targets,
    }


def _sentence(told: dict[str, Any]) -> str:
    if "error" in told:
        wrong = " ".join(f"{name}={value}" for name, value in told["error"]["fields"].items())
        return f"broken: {told['error']['code']} {wrong}".rstrip()
    meaning = told["meaning"]
    facts = [f"{n}: {v}" for n, v in meaning.items() if n not in ("why", "alternatives")]
    names = [
        f"→ {row['target']} {row.get('code', row.get('name'))}" for row in told.get("targets", ())
    ]
    return "\n".join([*facts, *names, *(f"  why: {step}" for step in meaning["why"])])
