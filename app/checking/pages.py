"""Looking at the pages that people wrote."""

import re
from collections.abc import Iterable

from sqlalchemy import or_, select

from app.checking.findings import Check, Finding, Wanted
from app.extensions import db
from app.pages.models import Page, PageTranslation, PageVersion
from app.pages.queries import find_image, find_version

_MEDIA = re.compile(r"/media/([0-9a-f]{64})/([a-z0-9_.-]+)")


def page_pictures(_wanted: Wanted) -> Check:
    """Look whether the pictures are there that pages show."""
    return Check("Pictures in pages", _judge_pictures)


def page_versions(_wanted: Wanted) -> Check:
    """Look whether the texts are there that pages name as their newest and their public ones."""
    return Check("Texts of pages", _judge_versions)


def _judge_pictures(_step: None) -> Iterable[Finding]:
    same = (PageVersion.page_id == PageTranslation.page_id) & (
        PageVersion.locale == PageTranslation.locale
    )
    is_current = or_(
        PageVersion.number == PageTranslation.latest,
        PageVersion.number == PageTranslation.published,
    )
    wanted = (
        select(Page.path, PageVersion.locale, PageVersion.body)
        .join(PageTranslation, PageTranslation.page_id == Page.id)
        .join(PageVersion, same)
        .where(is_current, PageVersion.body.contains("/media/", autoescape=True))
        .order_by(Page.path, PageVersion.locale)
    )
    for path, locale, body in db.session.execute(wanted):
        for sha256, name in sorted(set(_MEDIA.findall(body))):
            if find_image(sha256, name) is None:
                yield Finding(
                    kind="page-without-picture",
                    subject=f"/{path} ({locale})",
                    detail=f"it shows /media/{sha256}/{name}, which is not there",
                    cure="upload the picture again, or change the page",
                )


def _judge_versions(_step: None) -> Iterable[Finding]:
    wanted = select(Page.path, PageTranslation).join(Page, Page.id == PageTranslation.page_id)
    for path, stand in db.session.execute(wanted.order_by(Page.path, PageTranslation.locale)):
        for number in sorted({stand.latest, stand.published or stand.latest}):
            if find_version(stand.page_id, stand.locale, number) is None:
                yield Finding(
                    kind="page-without-text",
                    subject=f"/{path} ({stand.locale})",
                    detail=f"its version {number} is not there",
                    cure="publish another version of the page",
                )
