"""SSH signatures, as `ssh-keygen -Y sign -n twokey` makes them (OpenSSH's PROTOCOL.sshsig).

`ssh-keygen -Y verify` accepts a security key's signature that nobody touched the key for. So the
signature's flags are read here, and only a touched one is presence.

    1 armour       the base64 between the two lines
    2 envelope     magic, version 1, namespace `twokey`, SHA-256 or SHA-512
    3 key          of a kind that is trusted, and of somebody in the roster
    4 signature    over magic, namespace, hash name and the hash of the very bytes
    5 touch        for security keys: the flag, from inside what was signed
"""

import base64
import binascii
import hashlib

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from twokey.approve.challenge import parse
from twokey.approve.roster import RosterIndex
from twokey.errors import ProofError
from twokey.model.approval import Proof, Signed, Verified

NAMESPACE = "twokey"
_MAGIC = b"SSHSIG"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_MAX_BYTES = 32 * 1024
_TOUCHED = 0x01
_CURVES: dict[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
    "nistp256": (ec.SECP256R1(), hashes.SHA256()),
    "nistp384": (ec.SECP384R1(), hashes.SHA384()),
    "nistp521": (ec.SECP521R1(), hashes.SHA512()),
}
_RSA: dict[str, hashes.HashAlgorithm] = {
    "rsa-sha2-256": hashes.SHA256(),
    "rsa-sha2-512": hashes.SHA512(),
}
_LEAST_RSA_BITS = 2048


class SshSignature(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed signature. `touched` is None for keys that aren't security keys."""

    public: str
    namespace: str
    hash_name: str
    key: bytes
    blob: bytes


class SshMethod:
    """Sign-off by an SSH key that the roster knows."""

    name = "ssh"

    def verify(self, signed: Signed, people: RosterIndex) -> Verified:
        """Steps 1 to 5. A signature that doesn't hold comes back with its problem."""
        statement = parse(signed.statement)
        signature = read_signature(signed.proof)
        touched = check_signature(signature, signed.statement)
        owner = people.by_key(signature.public)
        person, key = owner or (None, None)
        # Without the roster's word that the key is hardware, a file could hold such a key too.
        presence = bool(touched and key and (key.hardware or key.simulated))
        return Verified(
            statement=statement,
            method=self.name,
            strength=Proof.PRESENCE if presence else Proof.SESSION,
            person=person,
            simulated=bool(key and key.simulated),
        )


def read_signature(armoured: str) -> SshSignature:
    """Steps 1 and 2. Raises ProofError on anything else than one signature for Twokey."""
    # 1 armour
    text = armoured.strip()
    if len(text) > _MAX_BYTES or not (text.startswith(_BEGIN) and text.endswith(_END)):
        raise ProofError("no SSH signature", expected=_BEGIN)
    try:
        raw = base64.b64decode("".join(text[len(_BEGIN) : -len(_END)].split()), validate=True)
    except (binascii.Error, ValueError):
        raise ProofError("the SSH signature isn't base64") from None
    # 2 envelope
    reader = _Reader(raw)
    if reader.take(6) != _MAGIC or reader.number() != 1:
        raise ProofError("an SSH signature of another version", expected="SSHSIG 1")
    key, namespace = reader.string(), reader.string()
    reader.string()
    hash_name, blob = reader.string(), reader.string()
    reader.end()
    if namespace != NAMESPACE.encode():
        raise ProofError(
            "the signature is for another purpose", expected=f"the namespace {NAMESPACE}"
        )
    if hash_name not in (b"sha256", b"sha512"):
        raise ProofError("the signature's hash isn't trusted", expected="sha256 or sha512")
    kind = _Reader(key).string().decode("ascii", "replace")
    return SshSignature(
        public=f"{kind} {base64.b64encode(key).decode()}",
        namespace=NAMESPACE,
        hash_name=hash_name.decode(),
        key=key,
        blob=blob,
    )


def check_signature(signature: SshSignature, message: bytes) -> bool | None:
    """Steps 3 to 5: whether the key was touched; None for keys that can't tell.

    Raises ProofError where the signature isn't the key's over `message`.
    """
    # 4 signature: what was signed
    digest = hashlib.new(signature.hash_name, message).digest()
    signed = _MAGIC + b"".join(
        _packed(part) for part in (NAMESPACE.encode(), b"", signature.hash_name.encode(), digest)
    )
    blob = _Reader(signature.blob)
    scheme = blob.string().decode("ascii", "replace")
    try:
        return _check(_Reader(signature.key), scheme, blob, signed)
    except (InvalidSignature, ValueError):
        raise ProofError("the signature isn't this key's over these bytes") from None


def _check(key: "_Reader", scheme: str, blob: "_Reader", signed: bytes) -> bool | None:
    # 3 key
    kind = key.string().decode("ascii", "replace")
    raw = blob.string()
    if kind == scheme == "ssh-ed25519":
        blob.end()
        Ed25519PublicKey.from_public_bytes(key.string()).verify(raw, signed)
        return None
    if kind == "ssh-rsa" and scheme in _RSA:
        blob.end()
        exponent, modulus = key.integer(), key.integer()
        if modulus.bit_length() < _LEAST_RSA_BITS:
            raise ProofError(f"an RSA key below {_LEAST_RSA_BITS} bits")
        public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
        public.verify(raw, signed, padding.PKCS1v15(), _RSA[scheme])
        return None
    if kind == scheme and kind.startswith("ecdsa-sha2-"):
        blob.end()
        _ecdsa(key, raw, signed)
        return None
    if kind == scheme and kind in (
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    ):
        return _security_key(kind, key, raw, blob, signed)
    raise ProofError(f"keys of the kind {kind} aren't trusted")


def _security_key(kind: str, key: "_Reader", raw: bytes, blob: "_Reader", signed: bytes) -> bool:
    # 5 touch: flags and counter are part of what the key signed
    flags, counter = blob.take(1), blob.take(4)
    blob.end()
    points = key if kind.startswith("sk-ssh") else _Reader(key.rest())
    if kind.startswith("sk-ssh"):
        public, application = points.string(), points.string()
    else:
        curve, point, application = points.string(), points.string(), points.string()
        if curve != b"nistp256":
            raise ProofError("the security key's curve isn't trusted")
    covered = (
        hashlib.sha256(application).digest() + flags + counter + hashlib.sha256(signed).digest()
    )
    if kind.startswith("sk-ssh"):
        Ed25519PublicKey.from_public_bytes(public).verify(raw, covered)
    else:
        numbers = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        numbers.verify(_der(raw), covered, ec.ECDSA(hashes.SHA256()))
    return bool(flags[0] & _TOUCHED)


def _ecdsa(key: "_Reader", raw: bytes, signed: bytes) -> None:
    name = key.string().decode("ascii", "replace")
    if name not in _CURVES:
        raise ProofError(f"the curve {name} isn't trusted")
    curve, algorithm = _CURVES[name]
    public = ec.EllipticCurvePublicKey.from_encoded_point(curve, key.string())
    public.verify(_der(raw), signed, ec.ECDSA(algorithm))


def _der(raw: bytes) -> bytes:
    reader = _Reader(raw)
    r, s = reader.integer(), reader.integer()
    reader.end()
    return encode_dss_signature(r, s)


def _packed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


class _Reader:
    """Fields of SSH's wire format (RFC 4251, section 5). Raises ProofError past the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise ProofError("the SSH signature is cut short")
        found = self._data[self._at : end]
        self._at = end
        return found

    def number(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        return self.take(self.number())

    def integer(self) -> int:
        return int.from_bytes(self.string(), "big")

    def rest(self) -> bytes:
        return self._data[self._at :]

    def end(self) -> None:
        if self._at != len(self._data):
            raise ProofError("bytes after the end of an SSH signature")
