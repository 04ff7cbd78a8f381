"""A template with real figures in it, shown and not sent."""

from server.domain.message_templates import KINDS
from server.domain.people import Actor
from server.services.clock import now_ms
from server.services.find_in_scope import site_in_scope
from server.services.keep_templates import checked
from server.services.queue_messages import Draft, Rendered, render, site_names
from server.services.tell_day import (
    ROWS_SHOWN,
    Span,
    alert_line,
    bullets,
    count_line,
    digest_draft,
)
from server.store.db import reading
from server.store.models import Site
from server.store.queries.site_day import open_alerts, waiting_counts

HALF_DAY_MS = 12 * 3_600_000


def preview_message(
    kind: str, language: str, title: str, body: str, site: str, *, actor: Actor
) -> Rendered:
    """What it would say now of this site: open alerts stand in for red lines, any waiting counts
    for overdue ones, the kind's own name for a report.

    Raises NotFound `unknown_template`, `unknown_site`, InvalidInput as keep_templates.checked.
    """
    template, now = checked(kind, language, title, body), now_ms()
    with reading() as session:
        row = session.get(Site, site_in_scope(session, site, actor).id)
        assert row is not None
        if kind == "digest":
            draft = digest_draft(session, row, Span(now - HALF_DAY_MS, now), "preview")
        elif kind in ("red_line", "approval_overdue"):
            alerts = open_alerts(session, row.id, ROWS_SHOWN)
            counts = waiting_counts(session, row.id, ROWS_SHOWN)
            red = kind == "red_line"
            lines = (
                bullets(alerts, alert_line, len(alerts))
                if red
                else bullets(counts, lambda c, words: count_line(c, words, now), len(counts))
            )
            number = str(len(alerts if red else counts))
            draft = Draft("preview", kind, row.id, {"lines": lines, "number": number})
        else:
            example = {"title": kind, "summary": ", ".join(KINDS)}
            draft = Draft("preview", kind, row.id, example)
        names = site_names(session, row.id)
        return render(template, draft, language, names, now, actor.may("cost.read"))
