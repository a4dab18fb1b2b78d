from tests.factories import make_file


def test_check_12_who_names_nothing_gets_html(client, app):
    make_file()
    answer = client.get("/simple/")
    assert answer.status_code == 200
