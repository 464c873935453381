"""Who wrote it: every tool's signs, and everything that only looks like them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokey.assess.provenance import Context, provenance_of, scan_commit
from twokey.model.actor import Identity, Parties
from twokey.model.change import Change, ChangeKind, Commit, Digest, Target

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DEV = Identity(name="Dev", email="dev@example.com")


def commit(
    message: str = "Fix", author: Identity = DEV, committer: Identity | None = None, notes: str = ""
) -> Commit:
    return Commit(
        id="c" * 40, parents=(), author=author, committer=committer or author, authored_at=NOW,
        message=message, notes=notes, tree="t" * 40,
    )  # fmt: skip


def found(*args: object, **more: object) -> tuple[str, tuple[str, ...]]:
    result = scan_commit(commit(*args, **more))  # type: ignore[arg-type]
    return str(result.level), tuple(sorted({s.tool for s in result.signals}))


def change(*commits: Commit, branch: str = "", text: str = "", agent: str | None = None) -> Change:
    return Change(
        kind=ChangeKind.GIT, digest=Digest("sha256:0"), source="a..b", operations=(), commits=commits,
        target=Target(source_branch=branch), text=text, parties=Parties(agent=agent),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("trailer", "tool"),
    [
        ("Co-Authored-By: Claude <noreply@anthropic.com>", "Claude Code"),
        ("Co-Authored-By: Claude Opus 4.8 (1M context) <noreply@anthropic.com>", "Claude Code"),
        ("Co-Authored-By:  <noreply@anthropic.com>", "Claude Code"),
        ("co-authored-by:Claude <NoReply@Anthropic.com>", "Claude Code"),
        ("Co-authored-by: Copilot <223556219+Copilot@users.noreply.github.com>", "Copilot"),
        ("Co-authored-by: Cursor Agent <cursoragent@cursor.com>", "Cursor"),
        ("Co-authored-by: Codex <noreply@openai.com>", "Codex"),
        ("Co-authored-by: gemini-cli[bot] <gemini-cli[bot]@users.noreply.github.com>", "Gemini"),
        ("Co-authored-by: Gemini <noreply@google.com>", "Gemini"),
        ("Co-authored-by: Amp <amp@ampcode.com>", "Amp"),
        ("Co-authored-by: opencode <noreply@opencode.ai>", "opencode"),
        ("Co-authored-by: aider (openai/gpt-5) <aider@aider.chat>", "Aider"),
        ("Co-Authored-By: Devin AI <158243242+devin-ai-integration[bot]@users.noreply.github.com>", "Devin"),
        ("Co-authored-by: openhands <openhands@all-hands.dev>", "OpenHands"),
        ("Co-authored-by: factory-droid[bot] <138933559+factory-droid[bot]@users.noreply.github.com>",
         "Factory Droid"),
        ("Co-authored-by: Crush <crush@charm.land>", "Crush"),
        ("Co-\u200bAuthored-By: Claude <noreply@anthropic.com>", "Claude Code"),
    ],
)  # fmt: skip
def test_trailers_by_address(trailer: str, tool: str) -> None:
    assert found(f"Fix\n\nBody.\n\n{trailer}\n") == ("authored", (tool,))
    assert found(f"Fix\r\n\r\n{trailer}\r\n") == ("authored", (tool,))


@pytest.mark.parametrize(
    ("message", "level", "tool"),
    [
        ("Fix\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)", "authored", "Claude Code"),
        ("Fix\n\nClaude-Session: https://claude.ai/code/session_01abc", "authored", "Claude Code"),
        ("Fix\n\nAmp-Thread-ID: https://ampcode.com/threads/T-1", "authored", "Amp"),
        ("Fix\n\nAgent-Logs-Url: https://github.com/o/r/sessions/1", "authored", "Copilot"),
        ("Fix\n\nMade-with: Cursor", "authored", "Cursor"),
        ("Fix\n\nLink to Devin run: https://app.devin.ai/sessions/1", "authored", "Devin"),
        ("aider: fix rounding", "authored", "Aider"),
        ("Fix\n\nAssisted-by: Claude:claude-opus-4 [coccinelle]", "assisted", "Claude Code"),
        ("Fix\n\nAssisted-by: OpenAI Codex <noreply@openai.com>", "assisted", "Codex"),
        ("Fix\n\nAssisted-by: GitHub Copilot", "assisted", "Copilot"),
        ("Fix\n\nAssisted-by: Claude Opus 4.5", "assisted", "Claude Code"),
        ("Fix\n\nGenerated-by: Claude Code", "authored", "Claude Code"),
        ("Fix\n\nAI-Agent: Claude Code", "authored", "Claude Code"),
        ("Merge (#1)\n\n* one\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n\n* two\n\nplain", "authored",
         "Claude Code"),
    ],
)  # fmt: skip
def test_footers_links_and_squashes(message: str, level: str, tool: str) -> None:
    assert found(message) == (level, (tool,))


@pytest.mark.parametrize(
    ("author", "level", "tool"),
    [
        (Identity(name="copilot-swe-agent[bot]", email="198982749+Copilot@users.noreply.github.com"),
         "autonomous", "Copilot"),
        (Identity(name="devin-ai-integration[bot]",
                  email="158243242+devin-ai-integration[bot]@users.noreply.github.com"), "autonomous", "Devin"),
        (Identity(name="Cursor Agent", email="cursoragent@cursor.com"), "autonomous", "Cursor"),
        (Identity(name="Dev (aider)", email="dev@example.com"), "authored", "Aider"),
        (Identity(name="google-labs-jules[bot]",
                  email="161369871+google-labs-jules[bot]@users.noreply.github.com"), "autonomous", "Jules"),
    ],
)  # fmt: skip
def test_authors_even_where_the_human_is_the_co_author(
    author: Identity, level: str, tool: str
) -> None:
    text = "Fix\n\nCo-authored-by: Dev <dev@example.com>"
    assert found(text, author=author) == (level, (tool,))


@pytest.mark.parametrize(
    "message",
    [
        "Fix\n\nCo-authored-by: Someone Root <root@host.example>",
        "Fix\n\nCo-authored-by: A Campbell <campbell@example.com>",
        "Fix\n\nCo-authored-by: Devin Person <devin@example.com>",
        "Fix\n\nCo-authored-by: Claude <claude@example.com>",
        "Fix\n\nCo-authored-by: Employee <someone@anthropic.com>",
        "Fix\n\nCo-authored-by: Employee <someone@openai.com>",
        "Fix\n\nCo-authored-by: Build <noreply@google.com>",
        "Fix\n\nCo-authored-by: Codex <noreply@github.com>",
        "Fix\n\nCo-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>",
        "Fix\n\nCo-authored-by: x <176961590+gemini-code-assist[bot]@users.noreply.github.com>",
        "Fix\n\nCo-authored-by: renovate[bot] <29139614+renovate[bot]@users.noreply.github.com>",
        "Fix\n\nAssisted-by: Jane Doe <jane@example.com>",
        "Fix\n\nAssisted-by: Jane Doe",
        "Fix\n\nAssisted-by: Claude Monet",
        "Fix\n\nAssisted-by: Devin Person",
        "Fix\n\nGenerated-by: openapi-generator",
        "Fix\n\nReviewed-by: Claude <noreply@anthropic.com>",
        "Fix\n\n> Co-authored-by: Claude <noreply@anthropic.com>",
        "Fix\n\n    Co-authored-by: Claude <noreply@anthropic.com>",
        "Fix\n\n```\nCo-authored-by: Claude <noreply@anthropic.com>\n```",
        "Remove the line Co-authored-by: Claude <noreply@anthropic.com> from docs",
        "codex: update the repository of the codex",
        "Fix\n\n<!-- CURSOR_SUMMARY -->",
        "Fix\n\n> Generated with [Claude Code](https://claude.com/claude-code)",
    ],
)
def test_what_only_looks_like_ai(message: str) -> None:
    assert found(message) == ("undeclared", ())


def test_known_automation_by_numeric_id_and_only_from_the_forge() -> None:
    bot = Identity(
        name="dependabot[bot]", email="49699333+dependabot[bot]@users.noreply.github.com"
    )
    forge = Identity(name="GitHub", email="noreply@github.com")
    assert found(author=bot, committer=forge)[0] == "automated"
    assert found(author=bot, committer=DEV)[0] == "undeclared"
    pretender = Identity(name="dependabot[bot]", email="1+dependabot[bot]@users.noreply.github.com")
    assert found(author=pretender, committer=forge)[0] == "undeclared"
    text = "Bump\n\nCo-Authored-By: Claude <noreply@anthropic.com>"
    assert found(text, author=bot, committer=forge)[0] == "authored"


NOTE = """src/main.rs
  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-10,15-20
---
{"schema_version":"authorship/3.0.0","prompts":{},"sessions":{"s_c9883b05a2487d":{"agent_id":{"tool":"cursor"}}}}"""


def test_notes_say_ai_but_never_human() -> None:
    assert found(notes=NOTE) == ("authored", ("Cursor",))
    human = NOTE.replace("s_c9883b05a2487d::t_9f8e7d6c5b4a32", "h_31dce776f88375")
    assert found(notes=human) == ("undeclared", ())
    assert found(notes=NOTE.replace("{", "["))[0] == "authored"


def test_the_worst_commit_speaks_for_the_change() -> None:
    ai = commit("Fix\n\nCo-Authored-By: Claude <noreply@anthropic.com>")
    assert provenance_of(change(commit(), ai), context=Context()).level == "authored"
    assert provenance_of(change(commit()), context=Context()).level == "undeclared"
    assert provenance_of(change(), context=Context()).level == "undeclared"


def test_only_a_declaration_makes_it_human_and_any_sign_of_ai_beats_it() -> None:
    declared = Context(declared_human=True)
    assert provenance_of(change(commit()), context=declared).level == "human"
    assert provenance_of(change(commit("aider: x")), context=declared).level == "authored"
    assert provenance_of(change(commit(), branch="claude/x"), context=declared).level == "authored"


@pytest.mark.parametrize(
    ("branch", "level"),
    [("claude/fix", "authored"), ("copilot/x", "authored"), ("me-codex/x", "authored"),
     ("fix/claude", "undeclared"), ("feature/codex/x", "undeclared"), ("codexes/x", "undeclared")],
)  # fmt: skip
def test_branches_by_prefix(branch: str, level: str) -> None:
    assert provenance_of(change(commit(), branch=branch), context=Context()).level == level


def test_sessions_agents_traces_texts_and_guards() -> None:
    assert (
        provenance_of(change(), context=Context(environment={"CLAUDECODE": "1"})).level
        == "autonomous"
    )
    assert (
        provenance_of(change(), context=Context(environment={"CLAUDECODE": ""})).level
        == "undeclared"
    )
    aws = Context(environment={"AWS_EXECUTION_ENV": "AmazonQ-For-CLI"})
    assert provenance_of(change(), context=aws).level == "autonomous"
    assert provenance_of(change(agent="kiro"), context=Context()).level == "autonomous"
    body = "What\n\nGenerated with [Claude Code](https://claude.ai/code)"
    assert provenance_of(change(text=body), context=Context()).level == "authored"
    trace = b'{"version":"0.1","id":"1","timestamp":"x","vcs":{"type":"git","revision":"%s"},"tool":{"name":"cursor"},' \
            b'"files":[{"path":"a","conversations":[{"contributor":{"type":"ai"},"ranges":[]}]}]}\nnonsense' % (b"c" * 40)  # fmt: skip
    assert provenance_of(change(commit()), context=Context(traces=trace)).tools == ("Cursor",)
    guarded = Context(guarded={"t" * 40: "claude_code"})
    assert provenance_of(change(commit()), context=guarded).level == "authored"


@given(st.text(max_size=300), st.text(max_size=40), st.text(max_size=200))
def test_any_text_is_scanned_without_an_error(message: str, email: str, notes: str) -> None:
    result = scan_commit(
        commit(message, author=Identity(name=message[:20], email=email), notes=notes)
    )
    assert result.level != "human"
