"""`stockturn station` at a test's pace and without the rest of the shell: to be killed often.

python -m tests.labels.station_program SERVER SPOOL NAME=tcp://… …
"""

import logging
import signal
import sys
from pathlib import Path

from labels.station.agent import Agent, Station
from labels.station.printers.allowed import Allowed
from labels.station.printers.named import named_printer
from tests.labels.stations import QUICK


def main() -> None:
    """Run until TERM."""
    server, spool, *printers = sys.argv[1:]
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    named = [named_printer(each, Allowed()) for each in printers]
    agent = Agent(Station(server, "token", named, Path(spool), pace=QUICK))
    signal.signal(signal.SIGTERM, lambda *_: agent.stop())
    agent.run()


if __name__ == "__main__":
    main()
