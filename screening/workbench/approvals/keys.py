"""Keys of the people who approve and publish: Ed25519, made and used by the library alone."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING

from screening.problems import Problem, ProblemsFound

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


_GIVE = "give the file that `screening people new` wrote"


def new_key(path: Path, passphrase: str | None) -> str:
    """Write a new private key to a file that nobody else may read; its public key as text."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    locked: form.KeySerializationEncryption = form.NoEncryption()
    if passphrase:
        locked = form.BestAvailableEncryption(passphrase.encode())
    text = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, locked)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
    except OSError as error:
        raise ProblemsFound([Problem("key-file", f"`{path}` cannot be written: {error.strerror}",
                                     "a key is never written over another")]) from None  # fmt: skip
    return public_text(key)


def read_key(path: Path, passphrase: str | None) -> Ed25519PrivateKey:
    """The private key in a file. Raises `ProblemsFound`."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), passphrase.encode() if passphrase else None)
    except (OSError, ValueError, TypeError) as error:
        said = error.strerror if isinstance(error, OSError) else "no key, or locked by another word"
        raise ProblemsFound([Problem(
            "key-file", f"`{path}` cannot be read: {said}",
            f"{_GIVE}; the passphrase stands in SCREENING_PASSPHRASE")]) from None  # fmt: skip
    if not isinstance(key, Ed25519PrivateKey):
        raise ProblemsFound([Problem("key-file", f"`{path}` holds a key of another kind", _GIVE)])
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    """The public key as it stands in a rulebook."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def sign(key: Ed25519PrivateKey, text: str) -> str:
    """The signature of the text."""
    return base64.b64encode(key.sign(text.encode())).decode()


def signed_by(public: str, signature: str, text: str) -> bool:
    """Whether the signature is of this text, by the holder of the key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
