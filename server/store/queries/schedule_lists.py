"""Scheduled reports and export profiles as people read them."""

from sqlalchemy import select

from server.store.models import ExportProfile, ReportSchedule, Site, User
from server.store.queries.records import Listing

_schedule, _profile = ReportSchedule, ExportProfile

SCHEDULE_LIST = Listing(
    select(
        _schedule.id,
        _schedule.name,
        _schedule.report,
        _schedule.filters,
        _schedule.format,
        _schedule.language,
        _schedule.days,
        _schedule.at,
        _schedule.time_zone,
        _schedule.channel_ids,
        User.name.label("user"),
        _schedule.next_due_at,
        _schedule.retired_at.is_not(None).label("retired"),
        _schedule.version,
    ).join(User, User.id == _schedule.user_id),
    (_schedule.id,),
    filters={"retired": lambda retired: ReportSchedule.retired_at.is_not(None) == retired},
)
PROFILE_LIST = Listing(
    select(
        _profile.id,
        _profile.name,
        _profile.kind,
        Site.code.label("site"),
        _profile.format,
        _profile.columns,
        _profile.last_number,
        _profile.retired_at.is_not(None).label("retired"),
        _profile.version,
    ).outerjoin(Site, Site.id == _profile.site_id),
    (_profile.id,),
    site=_profile.site_id,
    filters={"retired": lambda retired: ExportProfile.retired_at.is_not(None) == retired},
)
