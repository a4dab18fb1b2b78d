"""What the documents promise is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_setting_is_documented():
    text = (ROOT / "docs" / "configuration.md").read_text()
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))
    config = (ROOT / "config.py").read_text()
    read = set(
        re.findall(r'(?:environ\.get|_number|_choice|_environ\.get)\(\s*"([A-Z_]+)"', config)
    )
    assert documented == read | {"BIND"}


def test_every_command_is_documented(app):
    text = (ROOT / "docs" / "configuration.md").read_text()
    commands = set()
    for name, command in app.cli.commands.items():
        inner = getattr(command, "commands", None)
        commands |= {f"{name} {one}" for one in inner} if inner else {name}
    named = {f"db {name}" for name in app.cli.commands["db"].commands} - {"db upgrade"}
    missing = {name for name in commands - named if f"`{name}" not in text}
    assert missing == set()


def test_links_between_documents_lead_somewhere():
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text()):
            # The picture is taken of a running house.
            if target != "docs/screenshot.png":
                assert (document.parent / target).exists(), (document.name, target)
