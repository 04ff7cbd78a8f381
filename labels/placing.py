"""Boxes in dots, and how they turn."""

from dataclasses import dataclass

from labels.drawing import Rotation

_SHARE = {"left": 0.0, "top": 0.0, "center": 0.5, "middle": 0.5, "right": 1.0, "bottom": 1.0}


@dataclass(frozen=True, slots=True)
class Area:
    """A box on the label, or within another box."""

    x: int
    y: int
    width: int
    height: int

    def upright(self, rotation: Rotation) -> "Area":
        """The box as those see it who read what is turned in it; its corner is 0, 0."""
        if rotation in (90, 270):
            return Area(0, 0, self.height, self.width)
        return Area(0, 0, self.width, self.height)

    def turned(self, within: "Area", rotation: Rotation) -> "Area":
        """This box, given in the upright view of `within`, as it lies on the label."""
        view = within.upright(rotation)
        right, below = view.width - self.x - self.width, view.height - self.y - self.height
        width, height = self.width, self.height
        match rotation:
            case 90:
                return Area(within.x + below, within.y + self.x, height, width)
            case 180:
                return Area(within.x + right, within.y + below, width, height)
            case 270:
                return Area(within.x + self.y, within.y + right, height, width)
        return Area(within.x + self.x, within.y + self.y, width, height)


def anchored(room: int, size: int, align: str) -> int:
    """Where something of this size begins in a room of that size (left, center, right ...)."""
    return round((room - size) * _SHARE[align])
