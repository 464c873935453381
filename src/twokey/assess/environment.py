"""Which environment an operation lands in. What isn't recognised counts as production."""

from collections.abc import Sequence

from twokey.assess.patterns import PatternSet
from twokey.config import Environment, Settings
from twokey.model.change import Change, ChangeKind, Operation

_BUILT_IN = {
    "production": Environment(
        production=True,
        workspaces=("prod*", "*-prod", "live"),
        namespaces=("prod*", "*-prod", "live"),
        clusters=("prod*", "*-prod*", "live*"),
        stacks=("prod*", "*-prod*"),
        databases=("prod*", "*-prod*", "*_prod*"),
    ),
    **{
        name: Environment(
            workspaces=(name,),
            namespaces=(name, f"{name}-*", f"*-{name}"),
            clusters=(name, f"{name}-*", f"*-{name}"),
            stacks=(f"{name}-*", f"*-{name}"),
            databases=(name, f"{name}_*", f"*_{name}", f"{name}-*", f"*-{name}"),
        )
        for name in ("dev", "development", "staging", "test", "qa", "sandbox", "preview", "local")
    },
}
"""Used only where the configuration names no environment. Production is matched first."""


class Environments:
    """Recognises environments by the marks that the configuration gives them."""

    def __init__(self, settings: Settings) -> None:
        named = settings.environments or _BUILT_IN
        self._production = {name for name, e in named.items() if e.production}
        ordered = sorted(named.items(), key=lambda item: not item[1].production)
        self._by = {
            mark: PatternSet(
                [(name, p) for name, e in ordered for p in getattr(e, mark)],
                separator="/" if mark in ("branches", "paths") else "",
                fold=mark not in ("branches", "paths"),
            )
            for mark in Environment.__struct_fields__
            if mark not in ("production", "size")
        }
        self._protected = PatternSet([("", p) for p in settings.protected_branches])
        self._default_production = next(iter(sorted(self._production)), "production")

    def of(self, operation: Operation, change: Change) -> tuple[str, bool]:
        """(name, whether it is production). The name is empty where nothing matches.

        Where marks disagree, production wins: an operation in production isn't made harmless
        by also looking like something else.
        """
        names = [
            name for mark, text in self._marks(operation, change) for name in self._find(mark, text)
        ]
        for name in names:
            if name in self._production:
                return name, True
        if names:
            return names[0], False
        if change.kind in (ChangeKind.GIT, ChangeKind.DIFF):
            return self._of_branch(change.target.branch)
        return "", True

    def _of_branch(self, branch: str) -> tuple[str, bool]:
        if branch and not self._protected.find(branch):
            return "", False
        return self._default_production, True

    def _find(self, mark: str, text: str) -> Sequence[str]:
        return [name for name, _ in self._by[mark].find(text)] if text else ()

    def _marks(self, operation: Operation, change: Change) -> list[tuple[str, str]]:
        resource, target = operation.resource, change.target
        marks = [
            ("accounts", resource.account),
            ("namespaces", resource.namespace),
            ("workspaces", target.workspace),
            ("clusters", target.cluster),
            ("stacks", target.stack),
            ("databases", target.database),
        ]
        if resource.kind == "file":
            marks += [
                ("paths", resource.name),
                ("paths", operation.previous),
                ("branches", target.branch),
            ]
        return marks
