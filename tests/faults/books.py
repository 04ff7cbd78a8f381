"""What the database holds after the faults, beside what the handhelds said."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from server.bootstrap import make_base_app
from server.services.verify_ledger import verify_books
from server.settings import Settings
from server.store.db import db, reading
from server.store.models import Balance, Command, Item, Location, Movement, PendingFeed, Position
from server.store.recalculations import backlog
from tests.faults.clients import Crowd
from tests.faults.house import House


@contextmanager
def books_of(house: House) -> Iterator[None]:
    """Look into the house's database from this process."""
    settings = Settings(var=house.var, database_url=house.database_url, secret_key="test")
    with make_base_app(settings).app_context():
        try:
            yield
        finally:
            db.engine.dispose()


def work_left() -> int:
    """Keys to recalculate and feed rows to number."""
    with reading() as session:
        pending = session.scalar(select(func.count()).select_from(PendingFeed)) or 0
        return pending + backlog(session).keys


def check_nothing_lost_or_doubled(crowd: Crowd) -> None:
    """Every fact once: its command, its one movement, its share of the stock; and sound books."""
    said = {command_id for client in crowd.clients for command_id in client.answers}
    assert len(said) == crowd.tally().made
    with reading() as session:
        kept = Counter(str(command_id) for command_id in session.scalars(select(Command.id)))
        moved = Counter(str(of) for of in session.scalars(select(Movement.command_id)))
    assert kept == Counter(said)
    assert moved == Counter(said)
    assert stock() == crowd.stock()
    assert verify_books().broken == ()


def stock() -> dict[tuple[str, str], int]:
    """What the books hold, by (location, item)."""
    asked = (
        select(Location.code, Item.sku, func.sum(Balance.on_hand))
        .join(Position, Position.id == Balance.position_id)
        .join(Location, Location.id == Position.location_id)
        .join(Item, Item.id == Balance.item_id)
        .group_by(Location.code, Item.sku)
    )
    with reading() as session:
        rows = session.execute(asked).all()
    return {(place, sku): int(quantity) for place, sku, quantity in rows if quantity}
