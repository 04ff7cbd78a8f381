"""Secrets at rest: argon2id for what people remember, SHA-256 for what machines carry.

Tokens are 256 random bits, so a fast hash is enough. PINs are first mixed with the installation's
secret (HMAC-SHA-256): without that file a stolen table of PIN hashes cannot be searched.
"""

import hashlib
import hmac
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from server.store.installation import secret_key

_HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)  # OWASP's first choice
# A hash nobody has the secret of, at the same cost: comparing with it takes as long as with a real
# one. Ours, so that starting a process does not have to make one.
_NOBODY = (
    "$argon2id$v=19$m=47104,t=1,p=1$"
    "ORG/UgZs7LGzQE2TOjfiLQ$PbGDQOOPNgRh4M2ez4YDIddIUEmS7DZ7zFvzteppkic"
)


def new_token(kind: str) -> str:
    """A fresh bearer token, e.g. "stk_…" (43 characters of randomness)."""
    return f"{kind}_{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def hash_password(password: str) -> str:
    """argon2id with its own salt."""
    return _HASHER.hash(password)


def password_fits(hashed: str | None, password: str) -> bool:
    """Whether it is the password; takes as long when there is none to compare with."""
    try:
        return _HASHER.verify(hashed or _NOBODY, password) and hashed is not None
    except (Argon2Error, InvalidHashError):
        return False


def hash_pin(pin: str) -> str:
    """argon2id of the peppered PIN."""
    return hash_password(_peppered(pin))


def pin_fits(hashed: str | None, pin: str) -> bool:
    """Whether it is the PIN; takes as long when there is none to compare with."""
    return password_fits(hashed, _peppered(pin))


def _peppered(pin: str) -> str:
    pepper = hashlib.sha256(b"stockturn pin pepper\0" + secret_key().encode()).digest()
    return hmac.new(pepper, pin.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
