"""Customers: whom we deliver to, and how long what they get must keep."""

from server.domain.fields import coded, texts, whole
from server.services.keep_records import Columns, Edit, RecordKind, Values
from server.store.models import Customer

DAYS_LEFT_MOST = 3_650


def customer_fields(values: Values) -> Columns:
    """The columns of a customer's fields, checked; raises InvalidInput naming the field."""
    columns = coded(values, "customer") | texts(values, "name", "contact")
    if "minimum_days_left" in values:
        days = whole(values["minimum_days_left"], "minimum_days_left", 0, DAYS_LEFT_MOST)
        columns["minimum_days_left"] = days
    return columns


def _customer_columns(_edit: Edit, values: Values, _row: Customer | None) -> Columns:
    return customer_fields(values)


CUSTOMERS = RecordKind("customer", Customer, ("id",), _customer_columns)
