"""Checkpoints: a log's size and root, signed, in the C2SP formats tlog-checkpoint and signed-note.

origin line, size in decimal, root in base64, an empty line, then lines
`— name base64(4-byte key hash || Ed25519 signature)`
"""

import base64
import binascii
import hashlib
import os
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from twokey.errors import ProofError, RecordError

_ED25519 = b"\x01"
_MAX_BYTES = 64 * 1024


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes


class LogKey:
    """The log's Ed25519 key. `name` is the log's origin, which names the key too."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self.name = name
        self._key = key

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._key.public_key().public_bytes_raw()

    @property
    def verifier(self) -> str:
        """The key as verifiers exchange it: `name+hash+base64(type || key)`."""
        shown = base64.b64encode(_ED25519 + self.public).decode()
        return f"{self.name}+{_key_hash(self.name, self.public).hex()}+{shown}"

    def sign(self, size: int, root: bytes) -> str:
        """A signed checkpoint."""
        body = f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n"
        signature = _key_hash(self.name, self.public) + self._key.sign(body.encode())
        return f"{body}\n— {self.name} {base64.b64encode(signature).decode()}\n"


def log_key(folder: Path) -> tuple[LogKey, bool]:
    """The key in `folder`, made with mode 0600 at first use; True where it was made now."""
    path = folder / "ledger.key"
    made = False
    try:
        if not path.exists():
            name = f"twokey.local/{os.urandom(8).hex()}"
            seed = base64.b64encode(os.urandom(32)).decode()
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as stream:
                stream.write(f"{name}\n{seed}\n")
            made = True
        if path.stat().st_mode & 0o077:
            raise RecordError(
                "others may read the log's key", where=str(path), do=f"chmod 600 {path}"
            )
        name, seed = path.read_text().split()
        key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed, validate=True))
    except (OSError, ValueError) as error:
        raise RecordError(f"the log's key can't be used: {error}", where=str(path)) from None
    return LogKey(name, key), made


def open_checkpoint(text: str, verifier: str) -> Checkpoint:
    """The checkpoint in `text`, its signature checked by `verifier`. Raises ProofError."""
    name, public = _verifier(verifier)
    if len(text) > _MAX_BYTES:
        raise ProofError("a checkpoint of more than 64 kB")
    body, gap, signatures = text.partition("\n\n")
    if not gap:
        raise ProofError("no checkpoint", expected="a body, an empty line, signatures")
    body += "\n"
    for line in signatures.splitlines():
        mark, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        if mark == "—" and signer == name and _holds(encoded, name, public, body):
            return _parse(body)
    raise ProofError(f"no valid signature of {name}", where="checkpoint")


def _holds(encoded: str, name: str, public: bytes, body: str) -> bool:
    try:
        raw = base64.b64decode(encoded, validate=True)
        if raw[:4] != _key_hash(name, public):
            return False
        Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], body.encode())
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def _parse(body: str) -> Checkpoint:
    lines = body.split("\n")
    try:
        origin, size, root = lines[0], lines[1], base64.b64decode(lines[2], validate=True)
        sound = size.isascii() and str(int(size)) == size and int(size) >= 0 and len(root) == 32
    except (ValueError, IndexError):
        sound = False
    if not sound:
        raise ProofError(
            "a checkpoint's body is malformed", expected="origin, size, root in base64"
        )
    return Checkpoint(origin=origin, size=int(size), root=root)


def _verifier(text: str) -> tuple[str, bytes]:
    try:
        name, shown_hash, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise ProofError("no verifier key", expected="name+hash+base64") from None
    if raw[:1] != _ED25519 or len(raw) != 33 or _key_hash(name, raw[1:]).hex() != shown_hash:
        raise ProofError("the verifier key contradicts itself", where=name)
    return name, raw[1:]


def _key_hash(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]
