"""A range of a repository to a Change, through the `git` program, streamed and hardened.

`run` calls git so that nothing in the repository or the user's settings runs or changes the
answer; `tree` reads what changed; `log` reads who committed; `range` makes the Change; `refs`
answers small questions.
"""

from twokey.intake.git.log import read_commits
from twokey.intake.git.range import read_range
from twokey.intake.git.refs import (
    approval_refs,
    changed_lines,
    default_branch,
    exists,
    is_branch,
    list_paths,
    merged_tree,
    read_blob,
    remote_name,
    resolve,
    user_email,
)

__all__ = [
    "approval_refs",
    "changed_lines",
    "default_branch",
    "exists",
    "is_branch",
    "list_paths",
    "merged_tree",
    "read_blob",
    "read_commits",
    "read_range",
    "remote_name",
    "resolve",
    "user_email",
]
