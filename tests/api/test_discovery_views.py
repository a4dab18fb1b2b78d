def test_check_90_identity_tokens_are_not_taken(client, queries):
    answer = client.get("/_/oidc/audience")
    assert (answer.status_code, answer.mimetype) == (404, "application/json")
    assert answer.json["code"] == "not-supported"
    assert queries == []


def test_check_90_nor_in_the_way_of_the_draft(client, queries):
    answer = client.get("/.well-known/pytp?discover=%2Flegacy%2F")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["status"] == 404
    assert queries == []
