import pytest

from app.core.database import transaction
from app.pages import queries, services
from app.pages.directory import recall_directory
from app.pages.images import add_image, store_image
from app.pages.menus import add_link, reset_menus
from app.pages.redirects import make_redirect
from tests.pages.pictures import png
from tests.pages.writing import write


@pytest.fixture
def run(app):
    """Give a function that runs a command."""
    return lambda *words: app.test_cli_runner().invoke(args=["pages", *map(str, words)])


@pytest.fixture
def house(app):
    """Write some of everything."""
    write("/company/plans/", "Plans\n\n---\n\nmore", title='A: "b"', description="What: so")
    write("/company/plans/", "Pläne", locale="de")
    write("/company/plans/", "Newer plans", publish=False)
    write("/idea", "An idea", publish=False)
    write("/terms", "Our terms")
    content = png(3, 2)
    sha256, picture = store_image(content)
    with transaction():
        services.withdraw("/team", "en")
        make_redirect("/old", "/about#x")
        make_redirect("/chat", 'https://a.example/"x"', is_permanent=False)
        add_link("header", "/company/plans/", {"en": 'The "plans"', "de": "Pläne\\"})
        add_image("wheel.png", sha256, picture, len(content))


def tree(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def forget_all():
    for page in queries.list_pages():
        queries.db.session.delete(page)
    for row in (*queries.list_redirects(), *queries.list_images()):
        queries.db.session.delete(row)
    queries.db.session.commit()
    with transaction():
        services.reset_all()
        reset_menus()


def test_what_is_exported_and_imported_is_the_same(run, house, tmp_path, client):
    first, second = tmp_path / "first", tmp_path / "second"
    assert run("export", first).exit_code == 0
    before = recall_directory()
    forget_all()
    assert client.get("/company/plans/").status_code == 404
    done = run("import", first)
    assert done.exit_code == 0, done.output
    assert run("export", second).exit_code == 0
    assert tree(first) == tree(second)
    after = recall_directory()
    assert (before.redirects, before.menus) == (after.redirects, after.menus)
    assert before.pages.keys() == after.pages.keys()
    assert client.get("/idea").status_code == 404
    assert client.get("/chat").status_code == 302


def test_the_files_are_where_people_look_for_them(run, house, tmp_path):
    run("export", tmp_path / "x")
    assert set(tree(tmp_path / "x")) == {
        "pages/en/company/plans.md",
        "pages/de/company/plans.md",
        "drafts/en/company/plans.md",
        "drafts/en/idea.md",
        "drafts/en/team.md",
        "pages/en/terms.md",
        "menu.toml",
        "redirects.toml",
        f"images/{queries.list_images()[0].sha256}/wheel.png",
    }


def test_importing_again_changes_nothing(run, house, tmp_path):
    run("export", tmp_path / "x")
    done = run("import", tmp_path / "x")
    assert done.output == "Changed: 0.\n"


def test_a_trial_changes_nothing_and_tells_what_would(run, house, tmp_path):
    run("export", tmp_path / "x")
    forget_all()
    told = run("import", tmp_path / "x", "--dry-run")
    assert told.exit_code == 0
    assert "/company/plans (de)" in told.output
    assert queries.list_pages() == []


def test_a_folder_with_pages_is_only_replaced_when_that_is_said(run, house, tmp_path):
    run("export", tmp_path / "x")
    (tmp_path / "x" / "pages" / "en" / "gone.md").write_text("old")
    (tmp_path / "x" / "README").write_text("mine")
    assert run("export", tmp_path / "x").exit_code == 1
    assert run("export", tmp_path / "x", "--replace").exit_code == 0
    assert not (tmp_path / "x" / "pages" / "en" / "gone.md").exists()
    assert (tmp_path / "x" / "README").exists()


GOOD = "---\ntitle: A page\n---\n\nText\n"
WRONG = {
    "pages/en/search.md": GOOD,
    "pages/xx/a.md": GOOD,
    "pages/en/a b.md": GOOD,
    "pages/en/a$.md": GOOD,
    "pages/en/b.txt": "x",
    "pages/en/no-head.md": "Text",
    "pages/en/no-title.md": "---\n---\nText",
    "pages/en/long.md": GOOD + "x" * 60_000,
    "pages/en/very-long.md": GOOD + "x" * 2_000_000,
    "pages/en/nul.md": GOOD + "\0",
    "pages/en/latin.md": "---\ntitle: K\udce4se\n---\n",
    "pages/en/open.md": GOOD + "{{ if upstreams }}\n",
    "menu.toml": '[[footer]]\ntarget = "javascript:alert(1)"\n[footer.labels]\nen = "x"\n',
    "redirects.toml": '[[redirect]]\npath = "/a"\ntarget = "//evil.example/"\n',
    "images/0/x.png": "no picture",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_wrong_is_named_and_nothing_is_changed(run, tmp_path, name):
    for path, content in {"pages/en/good.md": GOOD, name: WRONG[name]}.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode("utf-8", "surrogateescape"))
    done = run("import", tmp_path)
    assert done.exit_code == 1
    assert name in done.output
    assert queries.find_page("/good") is None


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "redirect = 1",
        "[redirect]\na = 1",
        "[[redirect]]\npath = 1",
        '[[redirect]]\npath = "/a"',
        "redirect = " + "[" * 100_000,
        "redirect = " + "9" * 5_000,
    ],
)
def test_a_list_of_redirects_must_be_one(run, tmp_path, text):
    (tmp_path / "redirects.toml").write_text(text)
    done = run("import", tmp_path)
    assert done.exit_code == 1
    assert "redirects.toml" in done.output


def test_redirects_that_go_in_circles_are_not_imported(run, tmp_path):
    rows = [("/a", "/b"), ("/b", "/c"), ("/c", "/a")]
    lines = [f'[[redirect]]\npath = "{path}"\ntarget = "{target}"\n' for path, target in rows]
    (tmp_path / "redirects.toml").write_text("".join(lines))
    done = run("import", tmp_path)
    assert done.exit_code == 1
    assert "back to itself" in done.output
    assert queries.list_redirects() == []


def test_links_of_the_file_system_are_not_followed(run, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(GOOD)
    for folder, name in (("pages/en", "a.md"), ("images/0", "x.png")):
        place = tmp_path / "x" / folder
        place.mkdir(parents=True)
        (place / name).symlink_to(secret)
    (tmp_path / "x" / "menu.toml").symlink_to("/etc/passwd")
    done = run("import", tmp_path / "x")
    assert done.exit_code == 1
    for name in ("pages/en/a.md", "images/0/x.png", "menu.toml"):
        assert f"{name}: This is no file, or a link to one." in done.output
    assert "root:" not in done.output


def test_pages_are_listed(run, house):
    lines = run("list").output.splitlines()
    assert "/company/plans/: de published, en changed" in lines
    assert "/help/pip: de seeded, en seeded" in lines
    assert "/team: de seeded, en withdrawn" in lines


def test_what_came_with_the_software_is_shown_again(run, house, client):
    assert "Our terms" in client.get("/terms").text
    assert run("reset", "terms/").exit_code == 0
    assert "Our terms" not in client.get("/terms").text
    assert run("reset").output == "Reset: 1.\n"
    assert run("reset", "/company/plans").exit_code == 1
