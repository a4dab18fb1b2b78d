"""The groups of words that every new house begins with."""

from app.search.synonyms import MOST_GROUPS, list_synonyms, parse_group


def test_a_new_house_knows_usual_synonyms_as_the_form_would_take_them(app):
    groups = list_synonyms()
    assert 50 < len(groups) < MOST_GROUPS
    assert [group.words for group in groups] == [
        parse_group(", ".join(group.words)) for group in groups
    ]
    assert len({frozenset(group.words) for group in groups}) == len(groups)
