"""How tests write pages."""

from app.core.database import transaction
from app.pages import services
from app.pages.opening import open_page
from app.pages.queries import is_known
from app.pages.texts import PageText


def write(path, body="Text", *, locale="en", title="Title", publish=True, **facts):
    """Write a page, and let everybody see it."""
    with transaction():
        stem = path if is_known(path.rstrip("/")) else open_page(path).path
        stem = stem.rstrip("/")
        text = PageText(title=title, body=body, description=facts.pop("description", ""))
        version = services.save_text(stem, locale, text, **facts)
        if publish:
            services.publish(stem, locale)
    return version.number
