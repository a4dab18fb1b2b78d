from app.search.facts import Facts


def test_a_project_is_listed_under_each_licence_of_its_expression():
    labels = Facts(name="p", license="MIT OR Apache-2.0").labels()
    assert labels == [("license", "MIT"), ("license", "Apache-2.0")]


def test_a_project_does_not_need_itself():
    labels = Facts(name="My.Project", requires_dist=("my-project[test]", "six>=1")).labels()
    assert labels == [("needs", "six")]
