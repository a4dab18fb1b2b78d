import pytest

from app.site.links import Contact, Link, list_contacts, list_links


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " java\tscript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/x",
        "//example.org",
        "/path",
        "https://",
        "http://[broken",
        "UNKNOWN",
        "",
    ],
)
def test_what_does_not_lead_to_the_web_is_left_out(url):
    assert list_links((("Home", url),)) == ()


def test_a_link_tells_its_host():
    assert list_links(((" Docs ", "https://www.example.org/x"),)) == (
        Link("Docs", "https://www.example.org/x", "example.org", "docs"),
    )


@pytest.mark.parametrize(
    ("label", "url", "kind"),
    [
        ("Home-Page", "https://a.example", "home"),
        ("Source Code", "https://a.example", "source"),
        ("Release notes!", "https://a.example", "changes"),
        ("What's New", "https://a.example", "changes"),
        ("Bug Tracker", "https://github.com/a/b/issues", "issues"),
        ("Sponsor", "https://github.com/sponsors/a", "funding"),
        ("Project", "https://github.com/a/b", "source"),
        ("", "https://cheese.readthedocs.io/en/stable/", "docs"),
        ("", "https://notgithub.com/a", "other"),
        ("Cheese", "https://a.example", "other"),
    ],
)
def test_a_link_tells_what_it_is_for(label, url, kind):
    [link] = list_links(((label, url),))
    assert link.kind == kind


def test_of_endless_links_the_first_stay():
    assert len(list_links(tuple((f"{n}", f"https://a.example/{n}") for n in range(5_000)))) == 100


def test_an_address_is_shown_once_with_its_first_label():
    links = list_links((("Docs", "https://a.example/"), ("Homepage", "https://a.example")))
    assert [link.label for link in links] == ["Docs"]


@pytest.mark.parametrize(
    ("names", "addresses", "expected"),
    [
        ("", "", ()),
        ("Ada", "", (Contact("Ada", None),)),
        ("", "Ada <ada@x.org>", (Contact("Ada", "mailto:ada@x.org"),)),
        ("", "ada@x.org", (Contact("ada@x.org", "mailto:ada@x.org"),)),
        ("Ada", "ada@x.org", (Contact("Ada", "mailto:ada@x.org"),)),
        ("Ada", "Ada <ada@x.org>", (Contact("Ada", "mailto:ada@x.org"),)),
        ("Ada", "Bo <bo@x.org>", (Contact("Ada", None), Contact("Bo", "mailto:bo@x.org"))),
        ("", "a?bcc=evil@x.org", (Contact("a?bcc=evil@x.org", "mailto:a%3Fbcc=evil@x.org"),)),
        ("", "Nobody <>", (Contact("Nobody", None),)),
    ],
)
def test_people_are_read_from_names_and_addresses(names, addresses, expected):
    found = [
        Contact(contact.name, contact.mailto and contact.mailto.replace("%3D", "="))
        for contact in list_contacts(names, addresses)
    ]
    assert tuple(found) == expected


def test_comments_in_a_thousand_comments_are_shown_as_they_are():
    (contact,) = list_contacts("", "(" * 2_000 + "a@b.example")
    assert contact.mailto is None
    assert contact.name.startswith("((((")


def test_endless_list_of_people_is_read_in_part():
    (contact, _rest) = list_contacts("", "Ada <ada@b.example>, " * 100_000)
    assert contact == Contact("Ada", "mailto:ada@b.example")
