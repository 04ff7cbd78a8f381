"""Business settings: how this company works, as data with history."""

from typing import Any

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.etags import expected_version, version_tag
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.settings import (
    HistoryQuery,
    SettingChangeSchema,
    SettingQuery,
    SettingSchema,
    SettingsSchema,
    SettingWasSchema,
)
from server.domain.numbers import plain
from server.domain.setting_kinds import Setting
from server.domain.settings import GROUPS
from server.services.change_settings import (
    Record,
    change_setting,
    setting_history,
    setting_in_force,
    settings_in_force,
)

blueprint = Blueprint("settings", __name__, description="How this company works")
Answer = tuple[Record, int, dict[str, str]]


@blueprint.route("/settings")
class Settings(MethodView):
    @requires("settings.read")
    @blueprint.arguments(SettingQuery, location="query")
    @blueprint.response(200, SettingsSchema)
    def get(self, query: dict[str, Any]) -> Record:
        """Every setting of a site; without a site: what holds where a site has none of its own.

        Errors: unknown_site.
        """
        rows = settings_in_force(query["site"], current_actor())
        groups = [{"group": name, "zh": zh, "en": en} for name, (zh, en) in GROUPS.items()]
        return {"rows": [_shown(row) for row in rows], "groups": groups}


@blueprint.route("/settings/<string:key>")
class OneSetting(MethodView):
    @requires("settings.read")
    @blueprint.arguments(SettingQuery, location="query")
    @blueprint.response(200, SettingSchema)
    def get(self, query: dict[str, Any], key: str) -> Answer:
        """One setting, with its ETag. Errors: unknown_setting, unknown_site, setting_of_a_site."""
        return _answer(key, query["site"])

    @requires("settings.write")
    @blueprint.arguments(SettingQuery, location="query")
    @blueprint.arguments(SettingChangeSchema)
    @blueprint.response(200, SettingSchema)
    def put(self, query: dict[str, Any], body: dict[str, Any], key: str) -> Answer:
        """Set it; If-Match names the version seen ("0" where nobody ever changed it).

        Errors: unknown_setting, unknown_site, bad_setting_value, setting_of_a_site,
        setting_of_all_sites, if_match_required, stale_version.
        """
        version = expected_version()
        change_setting(
            key, query["site"], body["value"], version, body["reason"], actor=current_actor()
        )
        return _answer(key, query["site"])


@blueprint.route("/settings/<string:key>/history")
class SettingHistory(MethodView):
    @requires("settings.read")
    @blueprint.arguments(HistoryQuery, location="query")
    @blueprint.response(200, page_of(SettingWasSchema))
    def get(self, query: dict[str, Any], key: str) -> Record:
        """What it was and became, newest first. Errors: unknown_setting, unknown_site."""
        before = cursor_key(query["cursor"], int)
        limit = query["limit"]
        rows = setting_history(
            key, query["site"], before[0] if before else None, limit + 1, current_actor()
        )
        return page(rows, limit, lambda row: [row["version"]])


def _answer(key: str, site: str | None) -> Answer:
    found = setting_in_force(key, site, current_actor())
    return _shown(found), 200, version_tag(found["version"])


def _shown(found: Record) -> Record:
    setting: Setting[Any] = found["setting"]
    return {
        **{name: fact for name, fact in found.items() if name != "setting"},
        "key": setting.key,
        "group": setting.key.partition(".")[0],
        "kind": setting.kind,
        "usual": setting.usual,
        "least": None if setting.least is None else plain(setting.least),
        "most": None if setting.most is None else plain(setting.most),
        "choices": list(setting.choices),
        "unit": setting.unit,
        "per_site": setting.per_site,
        "only_site": bool(setting.site_column),
        "zh": {"name": setting.zh, "why": setting.zh_why},
        "en": {"name": setting.en, "why": setting.en_why},
    }
