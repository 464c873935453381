"""The one tree of exceptions. Catch `TwokeyError` at an edge and nothing slips through.

    TwokeyError                 what, where, expected, do
    ├── InputError              bytes that are no Change (exit 2)
    │   └── LimitError          larger, deeper or more than the bound, which is a setting
    ├── ConfigError             twokey.yaml, people.yaml or a policy can't be used (exit 2)
    │   └── PolicyError         a Cedar policy that doesn't load or validate
    ├── UsageError              the call's words don't fit together (exit 2)
    ├── ProofError              a signature, checkpoint or proof that doesn't verify (exit 30)
    ├── RefusedError            execution or approval is refused; `exit_code` 10 held or 20 denied
    ├── RecordError             the ledger couldn't be read or written (exit 1)
    │   └── AlreadyRecordedError  the entry's unique key is taken: used once, or a retry
    └── ToolError               a program that was called (git, terraform) failed (exit 2)

A refusal by policy is a value (`Decision`), not an exception; `RefusedError` is only for acts
that can't go on. An error is never an allow.
"""


class TwokeyError(Exception):
    """Base of all. The message reads: what happened, `where`: what was `expected`. What to `do`."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", expected: str = "", do: str = "") -> None:
        self.what = what
        self.where = where
        self.expected = expected
        self.do = do
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """One line: what, where, what was expected, what to do."""
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.expected:
            parts.append(f"expected {self.expected}")
        text = "; ".join(parts)
        return f"{text}. {self.do}" if self.do else text


class InputError(TwokeyError):
    """Bytes that are no Change: truncated, of another kind, inconsistent."""

    exit_code = 2


class LimitError(InputError):
    """Input beyond a bound. The bound is a setting under `limits`."""


class ConfigError(TwokeyError):
    """A configuration file that can't be used; `where` is `file:line`."""

    exit_code = 2


class PolicyError(ConfigError):
    """A Cedar policy that doesn't parse, validate or carry its annotations."""


class UsageError(TwokeyError):
    """Options that contradict one another or lack something."""

    exit_code = 2


class ProofError(TwokeyError):
    """A signature, a checkpoint or a Merkle proof that doesn't verify."""

    exit_code = 30


class RefusedError(TwokeyError):
    """An act that can't go on: held (10) or denied (20)."""

    def __init__(self, what: str, *, exit_code: int, where: str = "", do: str = "") -> None:
        super().__init__(what, where=where, do=do)
        self.exit_code = exit_code


class RecordError(TwokeyError):
    """The ledger couldn't be read or written."""


class AlreadyRecordedError(RecordError):
    """An entry with this unique key exists: the act was done before."""


class ToolError(TwokeyError):
    """A program that Twokey calls failed or isn't there."""

    exit_code = 2
