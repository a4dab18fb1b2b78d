def test_classifiers_are_all_there(client):
    page = client.get("/classifiers/").text
    assert "Programming Language :: Python :: 3.11" in page
    assert "Private :: Do Not Upload" in page
