"""Every setting is explained, and every business setting is worded and read by somebody."""

from dataclasses import fields

from server.domain import settings as business
from server.domain.setting_kinds import Setting
from server.settings import PREFIX, Settings
from tests.architecture.sources import PRODUCT, ROOT

_CONSTANTS = {name: found for name, found in vars(business).items() if isinstance(found, Setting)}


def test_every_setting_is_explained_in_the_docs():
    explained = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    names = [PREFIX + field.name.upper() for field in fields(Settings)]
    assert [name for name in names if f"`{name}`" not in explained] == []


def test_every_business_setting_is_explained_in_the_docs():
    explained = (ROOT / "docs" / "business-settings.md").read_text(encoding="utf-8")
    assert [key for key in business.REGISTRY if f"| `{key}` |" not in explained] == []


def test_every_business_setting_belongs_to_a_group_and_is_worded_in_both_languages():
    for setting in business.REGISTRY.values():
        assert setting.key.partition(".")[0] in business.GROUPS, setting.key
        assert all((setting.zh, setting.en, setting.zh_why, setting.en_why)), setting.key


def test_the_usual_value_of_every_business_setting_is_within_its_own_bounds():
    for setting in business.REGISTRY.values():
        assert setting.checked(setting.usual) == setting.usual, setting.key


def test_every_business_setting_is_read_by_somebody():
    texts = [
        path.read_text(encoding="utf-8")
        for path in sorted(path for top in PRODUCT for path in (ROOT / top).rglob("*.py"))
        if path.name != "settings.py" or path.parent.name != "domain"
    ]
    assert [name for name in _CONSTANTS if not any(name in text for text in texts)] == []
