from importlinter.cli import lint_imports


def test_import_contracts_are_kept():
    assert lint_imports(config_filename="pyproject.toml", cache_dir=None) == 0
