from bench.pages import find_links

BASE = "http://127.0.0.1:1/root/bench/+simple/many/"


def test_links_of_a_json_page_are_made_absolute():
    page = '{"files": [{"filename": "m-1.whl", "url": "../../+f/c6d/m-1.whl"}]}'

    links = find_links(BASE, page, is_json=True)

    assert links == {"m-1.whl": "http://127.0.0.1:1/root/bench/+f/c6d/m-1.whl"}


def test_links_of_an_html_page_lose_their_fragment():
    page = '<a data-x="1" href="/packages/m-1%2Bcu.whl#sha256=00">m</a> <a href="/p?a&amp;b">x</a>'

    links = find_links(BASE, page, is_json=False)

    assert links["m-1+cu.whl"] == "http://127.0.0.1:1/packages/m-1%2Bcu.whl"
