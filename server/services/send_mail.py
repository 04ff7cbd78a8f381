"""Mail by SMTP: to the address that was judged, by TLS for the name that was asked for."""

import smtplib
import socket
import ssl
import time
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from server.domain.errors import StockturnError
from server.domain.webhooks import Outcome
from server.services.call_outside import addresses_of

WAIT_S = 15.0
EXCERPT_LENGTH = 500


def send_mail(options: Mapping[str, Any], password: str, mail: EmailMessage) -> Outcome:
    """One attempt. 4xx and no answer: try again; 5xx: it will not have this mail.

    options: host, port, security (tls | starttls | none), login, sender, recipients.
    """
    started = time.monotonic()
    verdict, status, code, said = _attempt(options, password, mail)
    took = round((time.monotonic() - started) * 1000)
    return Outcome(verdict, status, code, said[:EXCERPT_LENGTH], took)  # type: ignore[arg-type]


def _attempt(
    options: Mapping[str, Any], password: str, mail: EmailMessage
) -> tuple[str, int, str, str]:
    try:
        refused = _send(options, password, mail)
    except StockturnError as refusal:
        return "down", 0, refusal.code, ""
    except smtplib.SMTPAuthenticationError as problem:
        return "down", problem.smtp_code, "mail_login_refused", _words(problem.smtp_error)
    except smtplib.SMTPResponseException as problem:
        verdict = "refused" if problem.smtp_code >= 500 else "down"
        code = f"smtp_{problem.smtp_code}"
        return verdict, problem.smtp_code, code, _words(problem.smtp_error)
    except smtplib.SMTPRecipientsRefused as problem:
        status, said = next(iter(problem.recipients.values()))
        return ("refused" if status >= 500 else "down"), status, f"smtp_{status}", _words(said)
    except ssl.SSLError as problem:
        return "down", 0, "tls_failed", str(problem)
    except TimeoutError as problem:
        return "down", 0, "timed_out", str(problem)
    except (smtplib.SMTPException, OSError) as problem:
        return "down", 0, "unreachable", str(problem)
    some = "; ".join(f"{who}: {_words(said)}" for who, (_, said) in refused.items())
    return "delivered", 250, "some_refused" if refused else "", some


def _send(
    options: Mapping[str, Any], password: str, mail: EmailMessage
) -> dict[str, tuple[int, bytes]]:
    host, port, security = options["host"], options["port"], options["security"]
    found = [str(a) for a in addresses_of(host, port, secure=security != "none")]
    context = ssl.create_default_context()
    with _Pinned(host, port, found, context if security == "tls" else None) as server:
        if security == "starttls":
            server.starttls(context=context)
        if options.get("login"):
            server.login(options["login"], password)
        return server.send_message(mail, options["sender"], options["recipients"])


class _Pinned(smtplib.SMTP):
    """Connects to the first judged address that takes a connection, whatever a name says now."""

    def __init__(
        self, host: str, port: int, addresses: list[str], context: ssl.SSLContext | None
    ) -> None:
        self._addresses, self._context = addresses, context
        super().__init__(host, port, local_hostname="stockturn", timeout=WAIT_S)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        problem: OSError | None = None
        for address in self._addresses:
            try:
                raw = socket.create_connection((address, port), timeout)
            except OSError as failure:
                problem = failure
                continue
            if self._context is None:
                return raw
            return self._context.wrap_socket(raw, server_hostname=host)
        raise problem or OSError("no address")


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
