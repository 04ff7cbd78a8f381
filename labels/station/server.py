"""The server's side of the contract, over HTTP: lease, labels, progress."""

import base64
import binascii
import hashlib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import httpx

from labels.errors import LabelError
from labels.station.jobs import Job, Offer, offer_from_json

_PATIENCE_S = 15.0
FIRST_PAGE, PAGE = 3, 50
"""Labels fetched at once: few at first, so that the printer begins."""
_NOT_OURS = ("lease_lost", "unknown_print_job")
_OF_THIS_REQUEST = (400, 404, 409, 413, 422)


class ServerAway(Exception):
    """No answer, or none that helps: try again later, at the earliest after `after_s`."""

    def __init__(self, why: str, after_s: float = 0.0) -> None:
        super().__init__(why)
        self.after_s = after_s


class Refused(ServerAway):
    """This one request cannot be served as it is; others may be."""


class LeaseLost(Exception):
    """The job is not ours (any more): print nothing more of it."""


@dataclass(frozen=True, slots=True)
class Leased:
    """What a lease call brought: jobs, and how long to wait before the next call. set_up: whether
    the server knows what media is in every printer."""

    offers: list[Offer]
    wait_s: float
    set_up: bool


class Server:
    """Safe to share between threads."""

    def __init__(self, address: str, token: str, ca: Path | None = None) -> None:
        """ca: certificate of the house's own authority. Raises LabelError bad_server, bad_ca."""
        self._client = httpx.Client(
            base_url=_base(address),
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=httpx.Timeout(_PATIENCE_S, connect=5.0),
            verify=_trust(ca),
            trust_env=False,
        )

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def lease(self, agent: str, printers: list[dict[str, Any]], wait_s: int, most: int) -> Leased:
        """Ask for work and say how the printers are; waits up to wait_s. Raises ServerAway."""
        body = {
            "agent": agent,
            "version": _version(),
            "printers": printers,
            "wait_s": wait_s,
            "most": most,
        }
        answer = self._ask("POST", "/stations/current/lease", json=body, timeout_s=wait_s)
        ahead_ms = _clock_ahead_ms(answer)
        told = _document(answer)
        try:
            offers = [_ours(offer_from_json(job), ahead_ms) for job in told["jobs"]]
            set_up = all(printer["media"] for printer in told["printers"])
            return Leased(offers, float(told.get("retry_after_ms") or 0) / 1000, set_up)
        except (KeyError, TypeError, ValueError) as broken:
            raise ServerAway(f"bad lease answer: {broken!r}") from None

    def labels(self, job: Job) -> list[tuple[int, bytes]]:
        """The next labels of a job that are not here. Raises ServerAway, LeaseLost."""
        limit = PAGE if job.sent > job.confirmed or job.fetched > FIRST_PAGE else FIRST_PAGE
        asked = {"lease": job.lease, "from": job.fetched + 1, "limit": limit}
        answer = self._ask("GET", f"/print-jobs/{job.uid}/labels", params=asked)
        try:
            labels = [_label(each) for each in _document(answer)["labels"]]
        except (KeyError, TypeError, ValueError) as broken:
            raise ServerAway(f"bad labels: {broken!r}") from None
        numbers = [number for number, _ in labels]
        if not labels or numbers != list(range(job.fetched + 1, job.fetched + 1 + len(labels))):
            raise ServerAway(f"labels {numbers} instead of {job.fetched + 1}…")
        return labels

    def progress(self, uid: str, report: dict[str, Any]) -> None:
        """Say how far a job is. Raises ServerAway, LeaseLost."""
        self._ask("POST", f"/print-jobs/{uid}/progress", json=report)

    def _ask(self, method: str, path: str, timeout_s: float = 0, **said: Any) -> httpx.Response:
        try:
            timeout = httpx.Timeout(_PATIENCE_S + timeout_s, connect=5.0)
            answer = self._client.request(method, path, timeout=timeout, **said)
        except httpx.HTTPError as broken:
            raise ServerAway(str(broken) or type(broken).__name__) from None
        if answer.is_success:
            return answer
        if _code(answer) in _NOT_OURS:
            raise LeaseLost(answer.text[:200])
        if answer.status_code in _OF_THIS_REQUEST:
            raise Refused(f"{answer.status_code} {answer.text[:200]}")
        after_s = _seconds(answer.headers.get("Retry-After", ""))
        raise ServerAway(f"{answer.status_code} {answer.text[:200]}", after_s)


def _base(address: str) -> str:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, TypeError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise LabelError("bad_server", "server", value=address[:120])
    return f"{address.rstrip('/')}/api/v1"


def _trust(ca: Path | None) -> ssl.SSLContext | bool:
    if ca is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca))
    except OSError:
        raise LabelError("bad_ca", "ca", path=str(ca)) from None


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise ServerAway("the answer is no JSON object")
    return told


def _code(answer: httpx.Response) -> str:
    """The stable code of a refusal; a 404 of some proxy has none and loses no job."""
    try:
        told = answer.json()
    except ValueError:
        return ""
    return str(told.get("code", "")) if isinstance(told, dict) else ""


def _label(told: dict[str, Any]) -> tuple[int, bytes]:
    try:
        content = base64.b64decode(told["bytes"], validate=True)
    except binascii.Error as broken:
        raise ValueError(str(broken)) from None
    if hashlib.sha256(content).hexdigest() != told["sha256"]:
        raise ValueError(f"label {told['number']} was damaged on its way")
    return int(told["number"]), content


def _clock_ahead_ms(answer: httpx.Response) -> int:
    """How far our clock is ahead of the server's, to whole seconds: expiry is by the server's."""
    try:
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError):
        return 0
    ahead_s = (datetime.now(UTC) - theirs).total_seconds()
    return round(ahead_s * 1000) if abs(ahead_s) > 2 else 0


def _ours(offer: Offer, ahead_ms: int) -> Offer:
    values = {name: getattr(offer, name) for name in Offer.__dataclass_fields__}
    return Offer(**{**values, "expires_ms": offer.expires_ms + ahead_ms})


def _seconds(text: str) -> float:
    return float(text) if text.isdigit() else 0.0


def _version() -> str:
    try:
        return version("stockturn")
    except PackageNotFoundError:
        return "unknown"
