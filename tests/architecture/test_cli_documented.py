"""Every command of the shell is in docs/cli.md, with each of its options, arguments and choices."""

import re
from collections.abc import Iterator

import click

from server.cli import cli
from tests.architecture.sources import ROOT


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name, below in command.commands.items():
        yield from _commands(below, f"{path} {name}")


def _sections() -> dict[str, str]:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    parts = text.split("\n### `")[1:]
    return {heading: body for heading, _, body in (part.partition("`\n") for part in parts)}


def _words(command: click.Command) -> Iterator[str]:
    """Every way its parameters are written: options, arguments in capitals, choices."""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from (*parameter.opts, *parameter.secondary_opts)
        elif not isinstance(parameter.type, click.Choice):
            yield str(parameter.name).upper()
        if isinstance(parameter.type, click.Choice):
            yield from parameter.type.choices


def _is_explained(word: str, section: str) -> bool:
    return re.search(rf"`{re.escape(word)}`", section) is not None


def test_every_command_has_its_section_and_every_section_its_command():
    named = [path for path, _ in _commands(cli, "stockturn")]
    assert sorted(_sections()) == sorted(named)


def test_every_option_argument_and_choice_is_explained():
    sections = _sections()
    missing = [
        f"{path}: {word}"
        for path, command in _commands(cli, "stockturn")
        for word in _words(command)
        if not _is_explained(word, sections.get(path, ""))
    ]
    assert missing == []


def test_every_command_is_in_the_table_at_the_top():
    top = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8").split("\n## ")[0]
    links = set(re.findall(r"\(#([a-z-]+)\)", top))
    assert links == {path.replace(" ", "-") for path, _ in _commands(cli, "stockturn")}
