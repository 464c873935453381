"""twokey.yaml and people.yaml: messages name the line; two people can't share a mark."""

import pytest

from twokey.config import Mode, parse_roster, parse_settings, settings_schema
from twokey.errors import ConfigError

PEOPLE = b"""
people:
  - id: ada
    level: senior
    emails: [ada@example.com]
    accounts: [{forge: github, id: 1, login: ada}]
  - id: bo
    emails: [bo@example.com]
"""


def test_a_whole_configuration() -> None:
    settings = parse_settings(
        b"""
version: 1
people: people.yaml
environments:
  production: {production: true, workspaces: [prod]}
domains:
  checkout: {criticality: critical, owners: ["team:checkout"], paths: ["services/checkout/**"]}
rules: {ai-needs-senior: enforce}
thresholds: {share: 0.2}
"""
    )
    assert settings.rules == {"ai-needs-senior": Mode.ENFORCE}
    assert settings.names_people_and_domains
    assert settings.thresholds.share == 0.2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            b"domains:\n  checkout:\n    pathz: [a]\n",
            "twokey.yaml:3: Object contains unknown field",
        ),
        (b"domains:\n  checkout:\n    criticality: huge\n", "twokey.yaml:3: Invalid enum value"),
        (b"thresholds:\n  share: 2\n", "twokey.yaml:2: Expected `float` <= 1.0"),
        (b"version: 2\n", "twokey.yaml:1"),
        (b"- a\n", "twokey.yaml:1: Expected `object`"),
        (b"a: 1\n---\nb: 2\n", "twokey.yaml:3: a second document"),
        (b"rules: {x: sometimes}\n", "Invalid enum value"),
    ],
)
def test_messages_name_the_line(text: bytes, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text)
    assert says in str(caught.value)
    assert caught.value.exit_code == 2


def test_an_empty_file_is_the_defaults() -> None:
    assert parse_settings(b"# nothing\n") == parse_settings(b"")


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        (b"  - id: ada\n", "id ada stands twice"),
        (b"  - {id: cy, emails: [ADA@example.com]}\n", "e-mail ada@example.com stands twice"),
        (b"  - {id: cy, accounts: [{forge: github, id: 1}]}\n", "account github/1 stands twice"),
    ],
)
def test_one_human_cannot_be_two(extra: bytes, says: str) -> None:
    assert len(parse_roster(PEOPLE, source="people.yaml").people) == 2
    with pytest.raises(ConfigError, match=says):
        parse_roster(PEOPLE + extra, source="people.yaml")


def test_the_schema_names_every_section() -> None:
    text = str(settings_schema())
    assert all(word in text for word in ("environments", "domains", "freezes", "limits"))
