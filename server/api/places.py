"""Sites, zones, locations, statuses and owners."""

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.openapi import Blueprint
from server.api.records import Answer, Resource, add_resource, answer_record
from server.api.schemas import places as shapes
from server.services.manage_places import LOCATIONS, OWNERS, SITES, STATUSES, ZONES, go_live
from server.store.queries import places as lists

blueprint = Blueprint("places", __name__, description="Where stock is kept, whose and how it is")

SITE_RESOURCE = Resource(
    "sites",
    SITES,
    lists.SITE_LIST,
    row=shapes.SiteSchema,
    new=shapes.NewSiteSchema,
    changes=shapes.SiteChangesSchema,
    query=shapes.SiteQuery,
    read="places.read",
    write="sites.write",
)
add_resource(blueprint, SITE_RESOURCE)
add_resource(
    blueprint,
    Resource(
        "zones",
        ZONES,
        lists.ZONE_LIST,
        row=shapes.ZoneSchema,
        new=shapes.NewZoneSchema,
        changes=shapes.ZoneChangesSchema,
        query=shapes.ZoneQuery,
        read="places.read",
        write="places.write",
    ),
)
add_resource(
    blueprint,
    Resource(
        "locations",
        LOCATIONS,
        lists.LOCATION_LIST,
        row=shapes.LocationSchema,
        new=shapes.NewLocationSchema,
        changes=shapes.LocationChangesSchema,
        query=shapes.LocationQuery,
        read="places.read",
        write="places.write",
    ),
)
add_resource(
    blueprint,
    Resource(
        "statuses",
        STATUSES,
        lists.STATUS_LIST,
        row=shapes.StatusSchema,
        new=shapes.NewStatusSchema,
        changes=shapes.StatusChangesSchema,
        query=shapes.RetiredQuery,
        read="places.read",
        write="places.write",
    ),
)
add_resource(
    blueprint,
    Resource(
        "owners",
        OWNERS,
        lists.OWNER_LIST,
        row=shapes.OwnerSchema,
        new=shapes.NewOwnerSchema,
        changes=shapes.OwnerChangesSchema,
        query=shapes.RetiredQuery,
        read="places.read",
        write="places.write",
    ),
)


@blueprint.route("/sites/<int:site_id>/go-live")
class GoLive(MethodView):
    @requires("sites.write")
    @blueprint.response(200, shapes.SiteSchema)
    def post(self, site_id: int) -> Answer:
        """End a site's quiet: from now on it raises alerts and count triggers.

        Errors: unknown_site, already_live.
        """
        go_live(site_id, actor=current_actor())
        return answer_record(SITE_RESOURCE, (site_id,), 200)
