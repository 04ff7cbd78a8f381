"""What passwords and PINs must look like, and how long a wrong one locks the door."""

import pytest

from server.domain.errors import InvalidInput
from server.domain.passwords import check_password, check_pin, lock_ms
from server.domain.people import PERMISSIONS, ROLES, Actor


@pytest.mark.parametrize(
    ("password", "login", "code"),
    [
        ("", "a", "password_too_short"),
        ("123456789", "a", "password_too_short"),
        ("x" * 201, "a", "password_too_long"),
        ("TenLetters", "tenletters", "password_is_login"),
        ("ｔｅｎｌｅｔｔｅｒｓ", "tenletters", "password_is_login"),
    ],
)
def test_a_weak_password_is_refused(password, login, code):
    with pytest.raises(InvalidInput, match=code):
        check_password(password, login)


def test_ten_characters_are_enough():
    check_password("一二三四五六七八九十", "li")


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ("12345", "bad_pin"),
        ("1234567", "bad_pin"),
        ("12345a", "bad_pin"),
        ("１２３４５７", "bad_pin"),
        ("000000", "pin_too_simple"),
        ("123456", "pin_too_simple"),
        ("654321", "pin_too_simple"),
    ],
)
def test_a_pin_is_six_digits_and_no_run(pin, code):
    with pytest.raises(InvalidInput, match=code):
        check_pin(pin)


def test_an_ordinary_pin_is_fine():
    check_pin("482913")


def test_locks_grow_from_the_fifth_failure_on():
    assert [lock_ms(n) // 60_000 for n in range(12)] == [0, 0, 0, 0, 0, 1, 5, 15, 60, 60, 60, 60]


@pytest.mark.parametrize("role", ROLES)
def test_a_handheld_never_widens_what_a_role_may_do(role):
    desk, handheld = Actor(1, role, None), Actor(1, role, None, device_id=1, source="device")
    held = {name for name in PERMISSIONS[role] if handheld.may(name)}
    assert held <= {name for name in PERMISSIONS[role] if desk.may(name)}
    assert not held & {"counts.decide", "people.write", "cost.read", "devices.write"}


def test_a_site_out_of_scope_looks_as_if_it_were_not_there():
    actor = Actor(1, "clerk", frozenset({1}))
    actor.require_site(1)
    with pytest.raises(Exception, match="unknown_site"):
        actor.require_site(2)
