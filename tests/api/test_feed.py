"""The change feed: read from a cursor, by permission and place, and not read again in vain."""

from typing import Any

from server.domain.people import SYSTEM
from server.services.number_feed import number_feed
from server.store.db import unit_of_work
from server.store.feed import announce


def tell(topic: str, payload: dict[str, Any], site_id: int | None = None) -> None:
    with unit_of_work() as session:
        announce(session, topic, payload, actor=SYSTEM, at=1_000, site_id=site_id)


def test_rows_come_in_order_behind_the_cursor_until_the_head(world):
    number_feed()
    desk = world.as_role("supervisor")
    start = desk.get("/feed?cursor=head").json["cursor"]
    for n in range(5):
        tell("item.changed", {"id": n})
    number_feed()
    first = desk.get(f"/feed?cursor={start}&limit=3").json
    assert [row["payload"]["id"] for row in first["rows"]] == [0, 1, 2]
    assert first["more"] is True
    second = desk.get(f"/feed?cursor={first['cursor']}&limit=3").json
    assert [row["payload"]["id"] for row in second["rows"]] == [3, 4]
    assert second["more"] is False
    assert second["cursor"] == second["head"] == str(int(start) + 5)


def test_nothing_new_is_answered_304_and_something_new_is_not(world):
    number_feed()
    desk = world.as_role("clerk")
    seen = desk.get("/feed?cursor=head")
    again = f"/feed?cursor={seen.json['cursor']}"
    assert desk.get(again, headers={"If-None-Match": seen.headers["ETag"]}).status_code == 304
    tell("item.changed", {"id": 1})
    number_feed()
    news = desk.get(again, headers={"If-None-Match": seen.headers["ETag"]})
    assert news.status_code == 200
    assert len(news.json["rows"]) == 1


def test_the_tag_of_an_answer_cut_short_never_hides_the_rest(world):
    for n in range(3):
        tell("item.changed", {"id": n})
    number_feed()
    desk = world.as_role("clerk")
    cut = desk.get("/feed?limit=1")
    rest = desk.get(
        f"/feed?cursor={cut.json['cursor']}", headers={"If-None-Match": cut.headers["ETag"]}
    )
    assert rest.status_code == 200


def test_another_site_and_what_the_role_may_not_know_are_left_out(world):
    number_feed()
    clerk, chief = world.as_role("clerk"), world.as_role("administrator")
    start = clerk.get("/feed?cursor=head").json["cursor"]
    tell("movement.posted", {"movements": [1]}, world.sites["BJ2"])
    tell("movement.posted", {"movements": [2]}, world.sites["SH1"])
    tell("user.changed", {"id": 5})
    tell("count.approved", {"id": 7, "value": "12.5"}, world.sites["SH1"])
    tell("mystery.happened", {"id": 9})
    number_feed()
    seen = clerk.get(f"/feed?cursor={start}").json["rows"]
    assert [row["topic"] for row in seen] == ["movement.posted", "count.approved"]
    assert seen[0]["payload"] == {"movements": [2]}
    assert seen[0]["site"] == "SH1"
    assert "value" not in seen[1]["payload"]
    assert len(chief.get(f"/feed?cursor={start}").json["rows"]) == 5


def test_a_number_the_feed_has_not_reached_is_refused(world):
    assert world.as_role("clerk").get("/feed?cursor=999999").json["code"] == "bad_cursor"
    assert world.as_role("clerk").get("/feed?cursor=x").status_code == 422
    assert world.as_role("operator").get("/feed").status_code == 403
