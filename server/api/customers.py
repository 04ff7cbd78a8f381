"""Customers."""

from server.api.openapi import Blueprint
from server.api.records import Resource, add_resource
from server.api.schemas import customers as shapes
from server.services.manage_customers import CUSTOMERS
from server.store.queries.places import CUSTOMER_LIST

blueprint = Blueprint("customers", __name__, description="Whom we deliver to")

add_resource(
    blueprint,
    Resource(
        "customers",
        CUSTOMERS,
        CUSTOMER_LIST,
        row=shapes.CustomerSchema,
        new=shapes.NewCustomerSchema,
        changes=shapes.CustomerChangesSchema,
        query=shapes.CustomerQuery,
        read="items.read",
        write="items.write",
    ),
)
