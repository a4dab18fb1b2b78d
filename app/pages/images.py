"""Pictures for pages: taking them in and removing them."""

import re
import unicodedata

from app.accounts.actors import OPERATOR, Actor
from app.core import clock
from app.core.events import tell
from app.core.storage import blobs
from app.extensions import db
from app.indexes.permissions import demand_site_admin
from app.pages import queries
from app.pages.changing import begin_change
from app.pages.events import ImageAdded, ImageRemoved
from app.pages.exceptions import ImageInUse, PageNotFound, TooManyPages
from app.pages.models import Image
from app.pages.pictures import Picture, look_at

MOST_IMAGES = 1_000
LONGEST_NAME = 100
_NAMELESS = "picture"
_ENDING = re.compile(r"\.[a-z]{0,5}\Z")
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}


def address_of(image: Image) -> str:
    """Return the path at which a picture is served, as pages name it."""
    return f"/media/{image.sha256}/{image.name}"


def store_image(content: bytes, *, actor: Actor = OPERATOR) -> tuple[str, Picture]:
    """Look at a picture and keep its bytes, before its row is written."""
    demand_site_admin(actor)
    picture = look_at(content)
    return blobs().save_bytes(content), picture


def add_image(
    name: str, sha256: str, picture: Picture, size: int, *, actor: Actor = OPERATOR
) -> Image:
    """Let pages show a picture that was stored; one that is there already is returned."""
    begin_change(actor)
    clean = clean_name(name, picture.media_type)
    known = queries.find_image(sha256, clean)
    if known is not None:
        return known
    if len(queries.list_images()) >= MOST_IMAGES:
        raise TooManyPages
    image = Image(
        sha256=sha256,
        name=clean,
        media_type=picture.media_type,
        size=size,
        width=picture.width,
        height=picture.height,
        uploaded_at=clock.now(),
        uploaded_by=actor.username,
    )
    db.session.add(image)
    tell(ImageAdded(by=actor.account_id, actor=actor.username, name=clean, sha256=sha256))
    return image


def remove_image(sha256: str, name: str, *, actor: Actor = OPERATOR) -> None:
    """Remove a picture; raises `ImageInUse` if a page shows it now.

    Its bytes go with the next sweep, if nobody else stands on them.
    """
    begin_change(actor)
    image = queries.find_image(sha256, name)
    if image is None:
        raise PageNotFound
    uses = queries.list_uses(address_of(image))
    if uses:
        raise ImageInUse(", ".join(f"{path} ({locale})" for path, locale in uses[:10]))
    db.session.delete(image)
    tell(ImageRemoved(by=actor.account_id, actor=actor.username, name=name, sha256=sha256))


def clean_name(given: str, media_type: str) -> str:
    """Return the name of a picture as addresses have it; its ending says what it is."""
    last = given.replace("\\", "/").rpartition("/")[2].lower()
    # Letters lose their marks, and what is no letter of ASCII then goes.
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9_-]+", "-", _ENDING.sub("", plain)).strip("-_")
    return f"{stem[: LONGEST_NAME - 5] or _NAMELESS}.{_ENDINGS[media_type]}"
