"""Where administrators bring pictures for pages."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.admin.page_forms import ImageForm
from app.admin.page_viewmodels import ImagesView
from app.admin.views import bp
from app.core.database import release_connection, transaction
from app.core.exceptions import DomainError
from app.core.i18n import _
from app.extensions import csrf
from app.pages import images, queries
from app.pages.exceptions import ImageInUse
from app.pages.pictures import MOST_BYTES
from app.web.errors import status_of
from app.web.http import go

# What a form has around the picture.
_AROUND = 64 * 1024


@bp.get("/pages/images")
def page_images() -> ResponseReturnValue:
    """Show all pictures."""
    return _show(ImageForm(None))


@bp.post("/pages/images")
def upload_image() -> ResponseReturnValue:
    """Take in a picture."""
    request.max_content_length = MOST_BYTES + _AROUND
    form, actor = ImageForm(), session_actor()
    if not form.validate():
        return _show(form, code=400)
    upload = form.image.data
    with upload.stream as file:
        content, name = file.read(MOST_BYTES + 1), form.name.data or upload.filename or ""
    release_connection()
    try:
        sha256, picture = images.store_image(content, actor=actor)
        with transaction():
            images.add_image(name, sha256, picture, len(content), actor=actor)
    except DomainError as error:
        form.blame(error)
        return _show(form, code=status_of(error))
    flash(_("The picture is here."), "success")
    return go("admin.page_images")


@bp.post("/pages/images/<sha256>/<name>/remove")
def remove_image(sha256: str, name: str) -> ResponseReturnValue:
    """Remove a picture that no page shows."""
    try:
        with transaction():
            images.remove_image(sha256, name, actor=session_actor())
    except ImageInUse as error:
        flash(str(error), "error")
    else:
        flash(_("The picture %(name)s is removed.", name=name), "success")
    return go("admin.page_images")


# It would read the form before the view can say how long that may be; the form asks for
# its token itself.
csrf.exempt(upload_image)


def _show(form: ImageForm, *, code: int = 200) -> ResponseReturnValue:
    page = ImagesView(images=tuple(queries.list_images()), form=form)
    return render_template("admin/pages/images.html", page=page), code
