"""Settings from the environment (STOCKTURN_…); docs/settings.md explains each."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from server.domain.errors import InvalidInput

PREFIX = "STOCKTURN_"


@dataclass(frozen=True)
class Settings:
    """One field is one environment variable: `database_url` is STOCKTURN_DATABASE_URL."""

    var: Path = Path("var")
    database_url: str = ""
    redis_url: str = ""
    secret_key: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_hosts: str = ""
    proxies: int = 0
    request_bytes_most: int = 16 * 1024 * 1024
    log_level: str = "INFO"
    turnover_days: int = 90
    turnover_method: str = "time_weighted"
    year_days: int = 365
    sweep_interval_s: int = 5
    rate_limits: bool = field(default=True)
    session_idle_minutes: int = 30
    session_hours: int = 12
    public_url: str = ""
    outbound_allowed: str = ""
    outbound_ports: str = "25,443,465,587,8443"
    outbound_give_up_days: int = 5

    @property
    def valkey_socket(self) -> Path:
        """Where the embedded Valkey listens."""
        return self.var.resolve() / "valkey.sock"

    @property
    def queue_url(self) -> str:
        """The Redis or Valkey of the queues: the one configured, else the embedded one."""
        return self.redis_url or f"unix://{quote(str(self.valkey_socket))}"

    @property
    def base_url(self) -> str:
        """What links in messages begin with, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read every field that is set; the secret key and the database default to files in var.

        Raises InvalidInput `bad_setting` naming the variable that does not parse.
        """
        values: dict[str, Any] = {
            f.name: _parse(f.name, f.type, environment[PREFIX + f.name.upper()])
            for f in fields(cls)
            if PREFIX + f.name.upper() in environment
        }
        settings = cls(**values)
        return cls(
            **{
                **values,
                "database_url": settings.database_url or _embedded_database(settings.var),
                "secret_key": settings.secret_key or _secret_of(settings.var),
            }
        )


def _parse(name: str, kind: object, text: str) -> object:
    try:
        if kind is int:
            return int(text)
        if kind is bool:
            return {"1": True, "true": True, "0": False, "false": False}[text.lower()]
        return Path(text) if kind is Path else text
    except (ValueError, KeyError):
        raise InvalidInput("bad_setting", name=PREFIX + name.upper(), value=text) from None


def _embedded_database(var: Path) -> str:
    var.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{(var / 'stockturn.sqlite3').resolve()}"


def _secret_of(var: Path) -> str:
    """The installation's secret, made once and readable by its owner only."""
    var.mkdir(parents=True, exist_ok=True)
    path = var / "secret_key"
    try:
        with open(path, "x", opener=_private) as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text()


def _private(path: str, flags: int) -> int:

    return os.open(path, flags, 0o600)
