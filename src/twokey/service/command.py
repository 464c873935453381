"""Commands that `execute` may run: the ones whose whole effect is in a file that we can hash.

Every other word of the command must be one that can't change what the file does. A command that
isn't understood completely isn't run.
"""

import re
from collections.abc import Sequence

import msgspec

from twokey.errors import RefusedError
from twokey.model.change import ChangeKind
from twokey.service.request import Request

_TERRAFORM = re.compile(
    r"-auto-approve|-input=false|-no-color|-compact-warnings|-json|-lock-timeout=\w+|-parallelism=\d+"
)
_KUBECTL = re.compile(
    r"--server-side|--wait(=true)?|--validate(=\w+)?|--field-manager=[\w.-]+|--timeout=\w+"
)
_PSQL = re.compile(
    r"-X|--no-psqlrc|-1|--single-transaction|-q|--quiet|-e|--echo-errors|-w|--no-password"
)
_PSQL_PLACE = ("-p", "-U", "--port", "--username")


class Runnable(msgspec.Struct, frozen=True, kw_only=True):
    """A command that is understood. `argv[file]` is the argument that names the file, `prefix`
    what stands before the path in it; `needs` are options that the check must have named."""

    kind: ChangeKind
    argv: tuple[str, ...]
    file: int
    prefix: str = ""
    needs: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        """The file that the command would run."""
        return self.argv[self.file].removeprefix(self.prefix)

    def with_path(self, path: str) -> list[str]:
        """The command with another file in its place."""
        argv = list(self.argv)
        argv[self.file] = self.prefix + path
        return argv


def understand(argv: Sequence[str]) -> Runnable:
    """The command as something to run exactly once. Raises RefusedError for any other."""
    program = argv[0].rpartition("/")[2] if argv else ""
    readers = {"terraform": _terraform, "tofu": _terraform, "kubectl": _kubectl, "psql": _psql}
    if program not in readers:
        raise _refused(f"{program or 'nothing'} isn't a command that execute understands")
    return readers[program](tuple(argv))


def check_names(runnable: Runnable, request: Request) -> None:
    """Raises RefusedError where the command lands elsewhere than what was judged."""
    for option, value in runnable.needs:
        judged = request.options.get(option, "")
        if judged != value:
            raise _refused(
                f"the command says {option} {value or 'nothing'}, "
                f"and what was judged says {judged or 'nothing'}"
            )


def _terraform(argv: tuple[str, ...]) -> Runnable:
    words = [(i, w) for i, w in enumerate(argv) if i and not w.startswith("-chdir=")]
    if not words or words[0][1] != "apply":
        raise _refused("only `terraform apply PLANFILE` is understood")
    files = [i for i, w in words[1:] if not w.startswith("-")]
    odd = [w for _, w in words[1:] if w.startswith("-") and not _TERRAFORM.fullmatch(w)]
    if odd:
        raise _refused(f"the option {odd[0]} could change what is applied")
    if len(files) != 1:
        raise _refused("`terraform apply` without one plan file would plan anew")
    return Runnable(kind=ChangeKind.TERRAFORM, argv=argv, file=files[0])


def _kubectl(argv: tuple[str, ...]) -> Runnable:
    file, prefix, places = -1, "", {"cluster": "", "namespace": ""}
    names = {"--context": "cluster", "-n": "namespace", "--namespace": "namespace"}
    index, verbs = 1, []
    while index < len(argv):
        word, _, value = argv[index].partition("=")
        if word in names:
            index += not value
            places[names[word]] = value or _at(argv, index)
        elif word in ("-f", "--filename"):
            index += not value
            if file >= 0:
                raise _refused("more than one file")
            file, prefix = index, f"{word}=" if value else ""
        elif not word.startswith("-"):
            verbs.append(word)
        elif not _KUBECTL.fullmatch(argv[index]):
            raise _refused(f"the option {argv[index]} could change what is applied")
        index += 1
    if verbs != ["apply"] or file < 0 or not _at(argv, file):
        raise _refused("only `kubectl apply -f FILE` is understood")
    if not places["cluster"]:
        raise _refused("without --context it lands in whatever cluster is current")
    return Runnable(
        kind=ChangeKind.KUBERNETES, argv=argv, file=file, prefix=prefix, needs=tuple(places.items())
    )


def _psql(argv: tuple[str, ...]) -> Runnable:
    file, prefix, database, host, index = -1, "", "", "", 1
    while index < len(argv):
        word, _, value = argv[index].partition("=")
        if word in ("-f", "--file"):
            index += not value
            if file >= 0:
                raise _refused("more than one file")
            file, prefix = index, f"{word}=" if value else ""
        elif word in ("-d", "--dbname"):
            index += not value
            database = value or _at(argv, index)
        elif word in ("-h", "--host"):
            index += not value
            host = value or _at(argv, index)
        elif word in _PSQL_PLACE:
            index += not value
        elif (
            argv[index] in ("-v", "--set", "--variable")
            and _at(argv, index + 1) == "ON_ERROR_STOP=1"
        ):
            index += 1
        elif not word.startswith("-") and not database:
            database = argv[index]
        elif not _PSQL.fullmatch(argv[index]):
            raise _refused(f"the option {argv[index]} could change what is run")
        index += 1
    if file < 0 or not _at(argv, file) or not database:
        raise _refused("only `psql -d DATABASE -f FILE` is understood")
    target = f"{host}/{database}" if host else database
    return Runnable(
        kind=ChangeKind.SQL, argv=argv, file=file, prefix=prefix, needs=(("target", target),)
    )


def _at(argv: Sequence[str], index: int) -> str:
    return argv[index] if index < len(argv) else ""


def _refused(what: str) -> RefusedError:
    return RefusedError(
        what, exit_code=20, where="execute",
        do="Check and execute `terraform apply PLANFILE`, `kubectl apply -f FILE` or "
        "`psql -d DATABASE -f FILE`.",
    )  # fmt: skip
