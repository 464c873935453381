"""Signing with `ssh-keygen -Y sign`, which asks the key, the agent or the security key itself."""

import subprocess
import tempfile
from pathlib import Path

from twokey.approve.sshsig import NAMESPACE
from twokey.errors import ToolError

_SECONDS = 120


def sign(key: Path, statement: bytes) -> str:
    """An armoured signature over `statement`. `key` is a private key, or the public half of one
    that an agent holds. ssh-keygen may ask on the terminal for a passphrase or a touch."""
    with tempfile.TemporaryDirectory() as folder:
        message = Path(folder) / "statement"
        message.write_bytes(statement)
        command = ["ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", str(key), str(message)]
        try:
            run = subprocess.run(command, stderr=subprocess.PIPE, timeout=_SECONDS, check=False)
        except FileNotFoundError:
            raise ToolError("ssh-keygen isn't installed", do="Install OpenSSH.") from None
        except subprocess.TimeoutExpired:
            raise ToolError(f"ssh-keygen waited more than {_SECONDS} seconds") from None
        signature = message.with_suffix(".sig")
        if run.returncode != 0 or not signature.is_file():
            words = (run.stderr.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
            raise ToolError(f"ssh-keygen didn't sign: {words}", where=str(key))
        return signature.read_text()
