"""Every setting is explained."""

from dataclasses import fields

from server.settings import PREFIX, Settings
from tests.architecture.sources import ROOT


def test_every_setting_is_explained_in_the_docs():
    explained = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    names = [PREFIX + field.name.upper() for field in fields(Settings)]
    assert [name for name in names if f"`{name}`" not in explained] == []
