import re
from pathlib import Path

import pytest
from jinja2 import StrictUndefined

import app

FOLDER = Path(app.__file__).parent / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
# Mail programs know no style sheets of ours.
PAGES = [name for name in TEMPLATES if "/mail/" not in name]


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_compile_with_strict_names(shared_app, name):
    template = shared_app.jinja_env.get_template(name)
    assert template.environment.undefined is StrictUndefined


@pytest.mark.parametrize("name", PAGES)
def test_templates_hold_nothing_inline(name):
    text = re.sub(r"\{[{%#].*?[%#}]\}", "", (FOLDER / name).read_text(), flags=re.DOTALL)
    # What search engines read of a page is data, which nobody runs.
    text = text.replace('<script type="application/ld+json">', "")
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text)


@pytest.mark.parametrize("name", PAGES)
def test_templates_trust_no_text(name):
    assert "|safe" not in (FOLDER / name).read_text().replace(" ", "")
