"""Fakes that ship: a fixed clock, a store in memory, a security key in software.

`UnsafeSecurityKey` signs as a hardware key would, touch flag and all, with a key in memory. It is
for tests and demonstrations; a roster trusts it only where its entry says `simulated: true`.
"""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from twokey.clock import FixedClock

__all__ = ["FixedClock", "UnsafeSecurityKey"]

_KIND = b"sk-ssh-ed25519@openssh.com"
_APPLICATION = b"ssh:"


class UnsafeSecurityKey:
    """A security key made of nothing but software."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed).digest())
        self._counter = 0

    @property
    def _blob(self) -> bytes:
        public = self._key.public_key().public_bytes_raw()
        return _packed(_KIND) + _packed(public) + _packed(_APPLICATION)

    @property
    def public(self) -> str:
        """The key as a line of `authorized_keys`."""
        return f"{_KIND.decode()} {base64.b64encode(self._blob).decode()}"

    def sign(self, message: bytes, *, namespace: str = "twokey", touched: bool = True) -> str:
        """An armoured SSH signature over `message`."""
        self._counter += 1
        digest = hashlib.sha512(message).digest()
        parts = (namespace.encode(), b"", b"sha512", digest)
        signed = b"SSHSIG" + b"".join(map(_packed, parts))
        tail = bytes([int(touched)]) + self._counter.to_bytes(4, "big")
        covered = hashlib.sha256(_APPLICATION).digest() + tail + hashlib.sha256(signed).digest()
        signature = _packed(_KIND) + _packed(self._key.sign(covered)) + tail
        envelope = b"SSHSIG" + (1).to_bytes(4, "big")
        envelope += b"".join(
            map(_packed, (self._blob, namespace.encode(), b"", b"sha512", signature))
        )
        text = base64.b64encode(envelope).decode()
        lines = [text[i : i + 70] for i in range(0, len(text), 70)]
        return "\n".join(
            ["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]
        )


def _packed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data
