"""Pages that people write, and what stands around them: menus, redirects, images."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base


class Page(Base):
    """A place for texts, one for each language; `path` has no slash at its end.

    The address of one with `has_slash` has it, as `/help/` always had.
    """

    __tablename__ = "page"

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(String(200), unique=True)
    has_slash: Mapped[bool] = mapped_column(default=False)
    # Whether search engines and the map of the site are told of it.
    is_listed: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(50), default="")


class PageTranslation(Base):
    """How a page stands in one language: which version is the newest, and which is public.

    Without a public one, the text that came with the software is shown, if there is
    one and the page was not withdrawn.
    """

    __tablename__ = "page_translation"

    page_id: Mapped[int] = mapped_column(
        ForeignKey("page.id", ondelete="CASCADE"), primary_key=True
    )
    locale: Mapped[str] = mapped_column(String(20), primary_key=True)
    latest: Mapped[int]
    published: Mapped[int | None]
    published_at: Mapped[datetime | None]
    is_withdrawn: Mapped[bool] = mapped_column(default=False)


class PageVersion(Base):
    """A text of a page in one language as somebody once saved it; it never changes."""

    __tablename__ = "page_version"
    __table_args__ = (UniqueConstraint("page_id", "locale", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"))
    locale: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(300), default="")
    author: Mapped[str] = mapped_column(String(50), default="")
    saved_at: Mapped[datetime]


class PageRedirect(Base):
    """A path that leads to another one, or to another site."""

    __tablename__ = "page_redirect"

    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    target: Mapped[str] = mapped_column(String(500))
    is_permanent: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(50), default="")


class MenuEntry(Base):
    """A link in the header or the footer; `labels` are its words by language."""

    __tablename__ = "menu_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(10))
    position: Mapped[int]
    target: Mapped[str] = mapped_column(String(500))
    labels: Mapped[dict[str, Any]] = mapped_column(JSON)


class Image(Base):
    """A picture for pages; its bytes are a blob."""

    __tablename__ = "page_image"
    __table_args__ = (UniqueConstraint("sha256", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100))
    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(String(50), default="")
