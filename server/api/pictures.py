"""Pictures of items."""

from flask import Response, request
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.etags import not_modified
from server.api.openapi import Blueprint
from server.domain.errors import NotFound
from server.services.take_picture import take_picture
from server.store.db import reading
from server.store.queries.items import picture_of

blueprint = Blueprint("pictures", __name__, description="Pictures of items")


@blueprint.route("/items/<int:item_id>/picture")
class ItemPicture(MethodView):
    @requires("items.read")
    @blueprint.response(200, content_type="image/jpeg")
    def get(self, item_id: int) -> Response:
        """The picture.

        Errors: unknown_picture.
        """
        with reading() as session:
            picture = picture_of(session, item_id)
        if picture is None:
            raise NotFound("unknown_picture", item=str(item_id))
        media_type, content, changed_at = picture
        unchanged = not_modified(str(changed_at))
        if unchanged is not None:
            return unchanged
        return Response(content, mimetype=media_type, headers={"ETag": f'"{changed_at}"'})

    @requires("items.write")
    @blueprint.response(204)
    def put(self, item_id: int) -> Response:
        """Set the picture: the body is a JPEG, PNG or WebP up to 8 MiB and 20 megapixels.

        It is drawn again as a JPEG of at most 300 kB, without metadata.

        Errors: no_picture, picture_too_large, unknown_item.
        """
        take_picture(item_id, request.get_data(cache=False), actor=current_actor())
        return Response(status=204)
