"""stockturn verify: is every figure what the ledger says?"""

import json
from dataclasses import asdict

import click

from server.cli.house import house
from server.services.verify_ledger import Verdict, verify_books
from server.store.queries.verification import Finding


@click.command()
@click.option("--json", "as_json", is_flag=True, help="one JSON object instead of lines")
@click.option("--times", is_flag=True, help="also say how long each check took")
def verify(as_json: bool, times: bool) -> None:
    """Derive everything again from the ledger; name each row that differs (exit code 1)."""
    with house() as settings:
        verdict = verify_books(settings.year_days)
    if as_json:
        click.echo(_json(verdict))
    else:
        _say(verdict, times)
    if verdict.broken:
        raise SystemExit(1)


def _json(verdict: Verdict) -> str:
    said = {
        "clean": not verdict.broken,
        "broken": [asdict(finding) for finding in verdict.broken],
        "exceptions": [asdict(finding) for finding in verdict.exceptions],
        "seconds": {name: round(spent, 3) for name, spent in verdict.seconds.items()},
    }
    return json.dumps(said, ensure_ascii=False, indent=1, default=str)


def _say(verdict: Verdict, times: bool) -> None:
    for finding in verdict.broken:
        click.echo(_line(finding))
    for finding in verdict.exceptions:
        click.echo(f"(exception) {_line(finding)}")
    if times:
        for name, spent in verdict.seconds.items():
            click.echo(f"{spent:8.2f} s  {name}")
    checks = len(verdict.seconds)
    click.echo(
        f"{len(verdict.broken)} rows broken" if verdict.broken else f"clean: {checks} checks passed"
    )


def _line(finding: Finding) -> str:
    key = " ".join(f"{name}={value}" for name, value in finding.row.items())
    figures = f": expected {finding.expected}" if finding.expected else ""
    found = f", found {finding.found}" if finding.found else ""
    return f"{finding.invariant}: {finding.table} {key}: {finding.what}{figures}{found}"
