from bench import growth


def test_a_figure_that_a_size_lacks_leaves_its_cell_empty():
    some, fewer = {"start, s": "1.0", "home, ms": "5.0"}, {"home, ms": "4.0"}
    table = growth.write_table({1_000: some, 10: fewer})
    assert table.splitlines() == [
        "|  | 1,000 projects | 10 projects |",
        "| --- | ---: | ---: |",
        "| start, s | 1.0 |  |",
        "| home, ms | 5.0 | 4.0 |",
    ]


def test_as_many_pages_are_asked_for_however_few_projects_there_are():
    pages = list(growth._list_pages(10))
    assert len(pages) == 1_000
    assert len({page.path for page in pages}) == 7
