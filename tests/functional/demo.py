"""The demo project Foo.Bar_baz, and sources that publishing clients work on."""

from pathlib import Path

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.indexes.queries import get_index
from app.projects.queries import get_project, get_release
from app.projects.services import yank
from tests.archives import make_sdist, make_wheel, sdist_name, wheel_name
from tests.functional.house import House
from tests.functional.uploading import publish

NAME = "Foo.Bar_baz"
YANKED = "broken build"
BACKEND = """\
[build-system]
requires = ["flit_core>=3.11,<5"]
build-backend = "flit_core.buildapi"
"""


def publish_demo(house: House) -> None:
    """Publish 1.0, a yanked 1.1, 2.0rc1, and a 3.0 for a Python that is not there yet."""
    publish(house, wheel_name("dep-one"), make_wheel("dep-one"))
    publish(house, sdist_name("dep-one"), _buildable("dep-one", "1.0"))
    for version, python in {
        "1.0": ">=3.8",
        "1.1": ">=3.8",
        "2.0rc1": ">=3.8",
        "3.0": ">=4",
    }.items():
        facts = {"requires_python": python, "requires_dist": ["dep-one"], "description": "Hello.\n"}
        content = make_wheel(NAME, version, **facts)
        publish(house, wheel_name(NAME, version), content)
    publish(house, sdist_name(NAME, "1.0"), _buildable(NAME, "1.0", requires_dist=["dep-one"]))
    set_yank(house, "1.1")


def set_yank(house: House, version: str) -> None:
    """Take a release of the demo project back."""
    with house.inside(), transaction():
        project = get_project(get_index().id, NAME)
        yank(OPERATOR, get_release(project.id, version).id, YANKED)


def write_sources(folder: Path, name: str, version: str = "1.0", summary: str = "A try") -> Path:
    """Write a project that every build tool understands."""
    module = name.lower().replace("-", "_").replace(".", "_")
    folder.mkdir(parents=True)
    (folder / f"{module}.py").write_text(f'"""{summary}."""\n\n__version__ = "{version}"\n')
    (folder / "README.md").write_text(f"# {name}\n\nZoë says: ключ 🧀 שלום\n")
    (folder / "LICENSE").write_text("Free.\n")
    (folder / "pyproject.toml").write_text(
        f"""{BACKEND}
[project]
name = "{name}"
version = "{version}"
description = "{summary}"
readme = "README.md"
license = "MIT"
license-files = ["LICENSE"]
requires-python = ">=3.8"
keywords = ["käse", "ключ"]
authors = [{{name = "Zoë Ключ", email = "zoe@example.org"}}]
classifiers = ["Programming Language :: Python :: 3"]
dependencies = ["dep-one"]

[project.optional-dependencies]
more = ["foo-bar-baz>=1"]

[project.urls]
Home = "https://example.org/"

[tool.flit.module]
name = "{module}"
""",
        encoding="utf-8",
    )
    return folder


def write_distributions(folder: Path, name: str, version: str = "1.0", **facts: str) -> list[str]:
    """Write a wheel and an sdist into a folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        wheel_name(name, version): make_wheel(name, version, **facts),
        sdist_name(name, version): make_sdist(name, version, **facts),
    }
    for filename, content in files.items():
        (folder / filename).write_bytes(content)
    return [str(folder / filename) for filename in files]


def _buildable(name: str, version: str, **facts: object) -> bytes:
    """Return an sdist with a build backend of its own, so that building needs no index."""
    backend = f'''
import pathlib, zipfile

NAME = "{wheel_name(name, version)}"
INFO = "{wheel_name(name, version).split("-py3")[0]}.dist-info"


def build_wheel(folder, settings=None, metadata=None):
    files = {{
        "built_here.py": "",
        f"{{INFO}}/METADATA": pathlib.Path("PKG-INFO").read_text(),
        f"{{INFO}}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{{INFO}}/RECORD": "",
    }}
    with zipfile.ZipFile(pathlib.Path(folder) / NAME, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return NAME
'''
    pyproject = b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    members = {"backend.py": backend.encode(), "pyproject.toml": pyproject}
    return make_sdist(name, version, members=members, requires_python=">=3.8", **facts)
