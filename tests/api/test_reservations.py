"""Reservations over HTTP: all or nothing, once, and given back."""

from uuid import uuid4

import pytest

from tests.api.shelves import furnish, receive


@pytest.fixture(autouse=True)
def shelves(world):
    furnish(world)
    receive(world, "MILK", "5", lot="L2", expires_on="2027-05-01")
    receive(world, "MILK", "5", to="A-02", lot="L1", expires_on="2027-02-01")


def wish(world, role="clerk", headers=None, **more):
    body = {"site": "SH1", "item": "MILK", "quantity": "6", "reference": "SO-1", **more}
    return world.as_role(role).post("/reservations", json=body, headers=headers or {})


def available(world):
    rows = world.as_role("clerk").get("/stock?item=MILK").json["rows"]
    return {row["lot"]: row["available"] for row in rows}


def test_what_expires_first_is_promised_first(world):
    made = wish(world)
    assert made.status_code == 201, made.json
    assert [(line["lot"], line["open"]) for line in made.json["lines"]] == [
        ("L1", "5"),
        ("L2", "1"),
    ]
    assert available(world) == {"L1": "0", "L2": "4"}


def test_more_than_there_is_is_refused_and_keeps_nothing(world):
    assert wish(world, quantity="10.5").json["code"] == "not_enough_available"
    assert available(world) == {"L1": "5", "L2": "5"}


def test_the_same_key_reserves_once(world):
    key = {"Idempotency-Key": str(uuid4())}
    first, again = wish(world, headers=key), wish(world, headers=key)
    assert first.json["uid"] == again.json["uid"]
    assert available(world) == {"L1": "0", "L2": "4"}


def test_releasing_gives_everything_back_once(world):
    uid = wish(world, quantity="2", location="A-01", lot="l2").json["uid"]
    clerk = world.as_role("clerk")
    done = clerk.post(f"/reservations/{uid}/release")
    assert (done.json["state"], done.json["open"]) == ("released", "0")
    assert available(world) == {"L1": "5", "L2": "5"}
    assert clerk.post(f"/reservations/{uid}/release").json["code"] == "reservation_ended"
    listed = clerk.get("/reservations?state=released&item=milk&reference=SO-1").json["rows"]
    assert [row["uid"] for row in listed] == [uid]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"site": "BJ2"}, "unknown_site"),
        ({"item": "GHOST"}, "unknown_item"),
        ({"location": "@supplier"}, "unknown_location"),
        ({"lot": "L9"}, "unknown_lot"),
        ({"quantity": "0"}, "bad_quantity"),
    ],
)
def test_what_does_not_exist_cannot_be_reserved(world, more, code):
    assert wish(world, **more).json["code"] == code


def test_a_reservation_of_another_site_looks_like_none(world):
    receive(world, "M8", "5", to="Z-01", site="BJ2")
    uid = wish(world, "administrator", site="BJ2", item="M8", quantity="1").json["uid"]
    clerk = world.as_role("clerk")
    assert clerk.get(f"/reservations/{uid}").json["code"] == "unknown_reservation"
    assert clerk.post(f"/reservations/{uid}/release").json["code"] == "unknown_reservation"
