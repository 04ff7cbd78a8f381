"""Secrets we must be able to use again (webhook keys, bots' addresses, mail passwords), at rest.

AES-256-GCM under a key derived from the installation's secret; the purpose is bound in, so that
one sealed text cannot be put in another's place. A copy of the database alone opens none of them.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.domain.errors import RuleViolated
from server.store.installation import secret_key

_NONCE_BYTES = 12
_VERSION = "1."


def seal(text: str, purpose: str) -> str:
    """The text as the database keeps it."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + _cipher().encrypt(nonce, text.encode(), purpose.encode())
    return _VERSION + base64.urlsafe_b64encode(sealed).decode()


def unseal(sealed: str, purpose: str) -> str:
    """The text again.

    Raises RuleViolated `secret_unreadable`: sealed by another installation's secret key.
    """
    try:
        raw = base64.urlsafe_b64decode(sealed.removeprefix(_VERSION))
        opened = _cipher().decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode())
    except (InvalidTag, binascii.Error, ValueError):
        raise RuleViolated("secret_unreadable") from None
    return opened.decode()


def _cipher() -> AESGCM:
    derive = HKDF(SHA256(), 32, None, b"stockturn secrets at rest")
    return AESGCM(derive.derive(secret_key().encode()))
