import pytest

from app.accounts.actors import NOBODY, Actor, Key
from app.core.database import transaction
from app.core.exceptions import Forbidden, NotFound, Unauthenticated
from app.core.storage import blobs, sweep
from app.pages import images, menus, queries, redirects, services
from app.pages.exceptions import NotSeeded, PageNotFound, TextChanged, TooManyPages
from app.pages.images import address_of
from app.pages.opening import change_place, open_page, remove_page
from app.pages.public import Destination
from app.pages.seeded import find_seeded
from app.pages.texts import PageText
from tests.factories import make_account
from tests.pages.pictures import png
from tests.pages.writing import write

TEXT = PageText(title="Title", body="Text")

DEEDS = {
    "open": lambda actor: open_page("/new", actor=actor),
    "place": lambda actor: change_place("/about", "/about", is_listed=False, actor=actor),
    "remove": lambda actor: remove_page("/plans", "/plans", actor=actor),
    "save": lambda actor: services.save_text("/about", "en", TEXT, actor=actor),
    "publish": lambda actor: services.publish("/plans", "en", actor=actor),
    "withdraw": lambda actor: services.withdraw("/about", "en", actor=actor),
    "restore": lambda actor: services.restore("/plans", "en", 1, actor=actor),
    "reset": lambda actor: services.reset("/about", actor=actor),
    "redirect": lambda actor: redirects.make_redirect("/a", "/about", actor=actor),
    "unredirect": lambda actor: redirects.remove_redirect("/old", actor=actor),
    "link": lambda actor: menus.add_link("footer", "/about", {"en": "x"}, actor=actor),
    "unlink": lambda actor: menus.move_link("footer", "/about", "remove", actor=actor),
    "menus": lambda actor: menus.reset_menus(actor=actor),
    "image": lambda actor: images.store_image(png(3, 2), actor=actor),
    "unimage": lambda actor: images.remove_image("0", "x.png", actor=actor),
}


def refused(deed, actor):
    with transaction():
        deed(actor)


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_only_administrators_of_the_site_change_pages(app, deed):
    write("/plans")
    olga = make_account("olga")
    with pytest.raises(Unauthenticated):
        refused(deed, NOBODY)
    with pytest.raises(Forbidden):
        refused(deed, Actor(account_id=olga.id, username="olga"))


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_a_token_changes_no_page(app, deed):
    write("/plans")
    boss = make_account("boss", is_admin=True)
    key = Key(token_id=1, scope="upload")
    with pytest.raises(Forbidden):
        refused(deed, Actor(account_id=boss.id, username="boss", is_admin=True, key=key))


def test_the_same_text_is_no_new_version(app):
    assert write("/plans", "one") == 1
    assert write("/plans", "one") == 1
    assert write("/plans", "two") == 2


def test_a_text_that_somebody_else_changed_is_not_overwritten(app):
    write("/plans", "one")
    with pytest.raises(TextChanged):
        write("/plans", "two", base=0)


def test_a_language_that_the_site_does_not_speak_is_refused(app):
    with pytest.raises(NotFound):
        write("/plans", locale="xx")


def test_a_page_that_is_not_there_is_not_made_by_writing(app):
    with pytest.raises(PageNotFound), transaction():
        services.save_text("/nothing", "en", TEXT)


def test_old_versions_go_when_there_are_too_many_but_never_the_public_one(app, monkeypatch):
    monkeypatch.setattr(services, "MOST_VERSIONS", 3)
    write("/plans", "public")
    for number in range(6):
        write("/plans", f"draft {number}", publish=False)
    page = queries.get_page("/plans")
    numbers = [version.number for version in queries.list_versions(page.id, "en")]
    assert numbers == [7, 6, 5, 1]


def test_only_what_came_with_the_software_can_be_reset(app):
    write("/plans")
    with pytest.raises(NotSeeded), transaction():
        services.reset("/plans")


def test_a_draft_over_a_text_that_came_hides_nothing(client):
    before = find_seeded("/terms", "en").text.title
    write("/terms", "draft words", publish=False)
    assert before in client.get("/terms").text
    assert "draft words" not in client.get("/terms").text


def test_there_is_an_end_to_pages_redirects_and_links(app, monkeypatch):
    monkeypatch.setattr("app.pages.opening.MOST_PAGES", 1)
    monkeypatch.setattr("app.pages.redirects.MOST_REDIRECTS", 1)
    monkeypatch.setattr("app.pages.menus.MOST_LINKS", 1)
    monkeypatch.setattr("app.pages.images.MOST_IMAGES", 0)
    write("/one")
    with pytest.raises(TooManyPages):
        write("/two")
    both = {path: Destination(target="/about", is_permanent=True) for path in ("/a", "/b")}
    with pytest.raises(TooManyPages), transaction():
        redirects.make_redirects(both)
    with pytest.raises(TooManyPages), transaction():
        menus.add_link("header", "/about", {"en": "x"})
    sha256, picture = images.store_image(png(3, 2))
    with pytest.raises(TooManyPages), transaction():
        images.add_image("x.png", sha256, picture, 100)


# Pictures


def add_picture(name="wheel.png", content=None):
    content = content or png(3, 2)
    sha256, picture = images.store_image(content)
    with transaction():
        return images.add_image(name, sha256, picture, len(content))


def test_a_picture_is_served_to_be_kept(client):
    image = add_picture()
    answer = client.get(address_of(image))
    assert answer.data == png(3, 2)
    assert answer.mimetype == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    again = client.get(address_of(image), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["other.png", "wheel.svg", "..%2Fx", "WHEEL.PNG"])
def test_a_picture_has_one_address(client, name):
    image = add_picture()
    assert client.get(f"/media/{image.sha256}/{name}").status_code == 404
    assert client.get(f"/media/{'0' * 64}/wheel.png").status_code == 404


def test_no_other_blob_leaves_by_the_address_of_pictures(client):
    sha256 = blobs().save_bytes(b"a private wheel")
    assert client.get(f"/media/{sha256}/wheel.png").status_code == 404


def test_the_sweep_leaves_pictures_and_takes_what_nobody_stands_on(app, monkeypatch):
    image = add_picture()
    orphan = blobs().save_bytes(b"nobody's")
    monkeypatch.setattr(sweep, "GRACE", -sweep.GRACE)
    sweep.sweep_blobs()
    assert blobs().find_size(image.sha256)
    assert blobs().find_size(orphan) is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Käse Rad.PNG", "kase-rad.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\pictures\\x.jpeg", "x.png"),
        ("a" * 500 + ".png", "a" * 95 + ".png"),
        ("x\x00\n<b>.svg", "x-b.png"),
    ],
)
def test_a_picture_has_a_name_that_addresses_can_hold(app, given, name):
    assert add_picture(given).name == name


@pytest.mark.parametrize("given", ["", ".png", "チーズ.png", "---"])
def test_a_picture_without_a_name_gets_one(app, given):
    assert add_picture(given).name == "picture.png"
