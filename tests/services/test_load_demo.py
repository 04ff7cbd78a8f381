"""The demo warehouse: the same every time, sound books, and never in a house that is in use."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from server.bootstrap import make_base_app
from server.cli.demo import demo
from server.domain.demo_catalogue import SUPPLIERS, demo_items, ean_13
from server.domain.demo_history import SiteHistory
from server.domain.demo_places import SITES
from server.domain.demo_stock import draw
from server.domain.errors import RuleViolated
from server.services.load_demo import is_in_use, load_demo
from server.services.manage_people import UserDraft
from server.services.set_up import complete_set_up, prepare_set_up
from server.services.verify_ledger import verify_books
from server.settings import Settings
from server.store.db import db, reading
from server.store.models import Balance, Count, Item, Movement, ReorderAlert, Site, User
from tests.books import settle

LAST = date(2026, 11, 20)
DAYS = 35


@pytest.fixture(scope="module")
def demo_database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the demo warehouse in it, loaded once."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("demo") / "demo.sqlite3"))
    with _house(path):
        load_demo(LAST, DAYS)
    return path


@pytest.fixture
def loaded(demo_database: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application on a copy of it."""
    path = Path(shutil.copy(demo_database, tmp_path / "stockturn.sqlite3"))
    with _house(path) as app:
        yield app


@contextmanager
def _house(path: Path) -> Iterator[Flask]:
    url = f"sqlite:///{path}"
    app = make_base_app(Settings(var=path.parent, database_url=url, secret_key="test"))
    with app.app_context():
        yield app
        db.engine.dispose()


def test_there_are_500_items_and_400_locations_with_codes_of_their_own() -> None:
    items = demo_items()
    codes = [code for item in items for code in (item.barcode, item.carton_barcode)]
    assert (len(items), len({item.sku for item in items}), len(set(codes))) == (500, 500, 1000)
    assert sum(len(list(site.locations())) for site in SITES) == 400
    assert {item.supplier for item in items} == {code for code, _, _ in SUPPLIERS}


def test_barcodes_carry_a_right_check_digit() -> None:
    assert ean_13("400638133393") == "4006381333931"


def test_the_same_seed_sees_the_same_days() -> None:
    def history() -> list[object]:
        site = SiteHistory(SITES[1], demo_items(), 952)
        return list(site.days(date(2026, 1, 5), date(2026, 1, 31)))

    assert history() == history()


def test_draws_are_spread_over_the_whole_range() -> None:
    tenths = Counter(int(draw("spread", number) * 10) for number in range(10_000))
    assert set(tenths) == set(range(10))
    assert 900 < min(tenths.values()) <= max(tenths.values()) < 1100


def test_sundays_are_quiet_and_saturdays_slow() -> None:
    site = SiteHistory(SITES[0], demo_items(), 952)
    picks: Counter[int] = Counter()
    for day in site.days(date(2026, 3, 2), date(2026, 4, 26)):
        picks[day.day.weekday()] += sum(doing.type == "pick_line" for doing in day.doings)
    assert picks[6] == 0
    assert picks[5] < 0.7 * picks[2]


def test_the_books_of_the_demo_warehouse_are_sound(loaded: Flask) -> None:
    settle()
    verdict = verify_books()
    assert verdict.broken == ()
    assert verdict.exceptions == ()
    with reading() as session:
        below = session.scalar(select(func.min(Balance.on_hand)))
        states = set(session.scalars(select(Count.state)))
        kinds = set(session.scalars(select(Movement.kind)))
        alerts = session.scalar(select(func.count()).select_from(ReorderAlert))
        promised = session.scalar(select(func.sum(Balance.reserved)))
    assert (below, promised) == (0, 6)
    assert states == {"approved", "finished"}
    assert {"receive_line", "put_away", "move_stock", "pick_line", "return_line"} <= kinds
    assert alerts


def test_nobody_can_sign_in_and_the_first_administrator_is_still_asked_for(
    loaded: Flask, tmp_path: Path
) -> None:
    with reading() as session:
        secrets = session.execute(select(User.login_key, User.password_hash, User.pin_hash)).all()
    assert len(secrets) == 6
    assert {value for row in secrets for value in row} == {None}
    token = prepare_set_up(tmp_path)
    assert token is not None
    ada: UserDraft = {"name": "Ada", "login": "ada", "password": "correct horse battery"}
    complete_set_up(token, ada, None)
    with reading() as session:
        assert set(session.scalars(select(Site.code))) == {"SH", "CD"}
    assert prepare_set_up(tmp_path) is None


def test_a_house_in_use_is_left_alone(loaded: Flask) -> None:
    assert is_in_use()
    with pytest.raises(RuleViolated, match="installation_in_use"):
        load_demo(LAST, 1)
    settings = loaded.config["STOCKTURN"]
    environment = {
        "STOCKTURN_VAR": str(settings.var),
        "STOCKTURN_DATABASE_URL": settings.database_url,
    }
    asked = CliRunner().invoke(demo, ["--if-empty"], env=environment)
    assert (asked.exit_code, "was not loaded" in asked.output) == (0, True)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 500


@pytest.mark.full
def test_the_demo_warehouse_loads_into_postgresql_too(app: Flask) -> None:
    made = load_demo(LAST, 12)
    assert made.movements >= 1_000
    assert verify_books().broken == ()
