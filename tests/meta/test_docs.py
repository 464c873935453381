"""Documents tell the truth: every path, command, option and rule that they name exists."""

import re
from pathlib import Path

import click
import pytest

from twokey.cli import COMMANDS, root
from twokey.config import Settings, parse_settings
from twokey.decide.cases import NEUTRAL, run_cases
from twokey.decide.pack import BLUEPRINT, load_pack, schema_text
from twokey.documents import read_yaml

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
TEXTS = {path.name: path.read_text() for path in DOCUMENTS}
EVERYTHING = "\n".join(TEXTS.values())


def options() -> set[str]:
    found: set[str] = {"--help", "--version"}

    def walk(command: click.Command) -> None:
        found.update(o for p in command.params for o in p.opts)
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner
                walk(inner)

    walk(root)
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_paths_and_links_exist(name: str) -> None:
    named = re.findall(r"`((?:src|docs|examples|tests|bench)/[\w./-]+)`", TEXTS[name])
    named += re.findall(r"\]\(([\w./-]+)\)", TEXTS[name])
    missing = [
        p for p in named if not (ROOT / p).exists() and not p.endswith(("/x.py", "/x.cedar"))
    ]
    assert not missing


@pytest.mark.parametrize("name", TEXTS)
def test_commands_and_options_exist(name: str) -> None:
    commands = dict(COMMANDS)
    for command in re.findall(r"`twokey ([a-z][a-z-]*)", TEXTS[name]):
        assert command in commands, command
    known = options() | {"--numstat", "--context"}
    for option in re.findall(r"`[^`\n]*?(--[a-z][a-z-]+)[^`\n]*`", TEXTS[name]):
        assert option in known, option


def test_every_rule_command_and_section_is_documented() -> None:
    for rule in BLUEPRINT:
        assert f"| {rule} |" in TEXTS["rules.md"]
    for command, _ in COMMANDS:
        assert f"`twokey {command}" in TEXTS["commands.md"]
    for section in set(Settings.__struct_fields__) - {"version"}:
        assert f"`{section}`" in TEXTS["configuration.md"], section


def test_the_examples_in_the_documents_run() -> None:
    (cases,) = re.findall(r"```yaml\n(- name.*?)```", TEXTS["rules.md"], re.DOTALL)
    (document,) = read_yaml(cases.encode(), source="rules.md", lines=True)
    assert not [r for r in run_cases(load_pack(ready=True), document, "rules.md") if r.problems]
    (policy,) = re.findall(r"```text\n(@id.*?)```", TEXTS["rules.md"], re.DOTALL)
    assert "no-friday-dns" in load_pack([("x.cedar", policy)]).rules


def test_the_transcript_in_the_readme_is_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from click.testing import CliRunner

    shutil.copy(ROOT / "examples/environment/plan.json", tmp_path)
    monkeypatch.chdir(tmp_path)
    words = ["--config", str(ROOT / "examples/shop/twokey.yaml"), "check", "--terraform-plan", "plan.json",
             "--workspace", "production", "--agent", "kiro", "--operator", "engineer-mid"]  # fmt: skip
    shown = CliRunner().invoke(root, words).output
    (transcript,) = re.findall(r"```text\n(HELD.*?)\n```", TEXTS["README.md"], re.DOTALL)
    assert transcript in shown


def test_the_neutral_facts_are_exactly_the_schema() -> None:
    facts = re.search(r"type Facts = \{(.*?)\n\};", schema_text(), re.DOTALL)
    assert facts
    names = set(re.findall(r"^\s{4}(\w+)\??:", facts.group(1), re.MULTILINE))
    assert names == set(NEUTRAL) | {"session"}


def test_the_examples_configuration_is_sound() -> None:
    path = ROOT / "examples/shop/twokey.yaml"
    assert parse_settings(path.read_bytes()).names_people_and_domains
