"""`stockturn station`: the agent of a label station, in words of the shell."""

import logging
import os
import signal
import sys
from pathlib import Path

import click

from labels.errors import LabelError
from labels.station.agent import Agent, Station
from labels.station.printers.allowed import Allowed
from labels.station.printers.named import named_printer
from server.text import worded

TOKEN = "STOCKTURN_STATION_TOKEN"  # noqa: S105 (the variable's name)


@click.command()
@click.option("--server", required=True, help="Address of Stockturn: https://…")
@click.option("--token", envvar=TOKEN, default="", help=f"The station's token; better in {TOKEN}.")
@click.option("--token-file", type=click.Path(path_type=Path), help="File that holds the token.")
@click.option("--printer", "printers", multiple=True, help="NAME=WHERE; several times.")
@click.option("--allow", multiple=True, help="Network, address or host printers may have.")
@click.option(
    "--spool",
    type=click.Path(path_type=Path),
    default=Path("var/station"),
    show_default=True,
    help="Folder of what must not be forgotten.",
)
@click.option("--ca", type=click.Path(path_type=Path), help="Certificate of the house's own CA.")
def station(
    server: str,
    token: str,
    token_file: Path | None,
    printers: tuple[str, ...],
    allow: tuple[str, ...],
    spool: Path,
    ca: Path | None,
) -> None:
    """Print what the server has for this station's printers, until Ctrl-C or TERM.

    WHERE is tcp://HOST:9100, file:///dev/usb/lp0, cups:QUEUE, windows:PRINTER or pdf:FOLDER, with
    ?language=zpl|tspl|pdf, dpi=203|300|600 and status=none (never ask) as far as needed.
    """
    _log()
    try:
        allowed = Allowed(allow)
        named = [named_printer(printer, allowed) for printer in printers]
        secret = token.strip() or _secret(token_file)
        agent = Agent(Station(server, secret, named, spool, ca, _language()))
    except LabelError as refusal:
        sentence = worded(refusal.code, refusal.fields, _language())
        raise click.ClickException(f"{sentence} [{refusal.code}]") from None
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: agent.stop())
    agent.run()


def _secret(file: Path | None) -> str:
    try:
        secret = file.read_text(encoding="utf-8").strip() if file else ""
    except OSError:
        secret = ""
    if not (secret and secret.isascii() and secret.isprintable()):
        raise LabelError("station_token_missing", "token", variable=TOKEN)
    return secret


def _log() -> None:
    form = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _language() -> str:
    return "zh" if os.environ.get("LANG", "").lower().startswith("zh") else "en"
