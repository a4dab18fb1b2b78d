import ast
import io
import tarfile
import tomllib
import zipfile

import pytest
from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.seed.builder import build
from app.seed.demos import DemoRelease, list_demos
from app.seed.services import PEOPLE
from app.uploads.distributions import examine
from app.uploads.policy import Policy

DEMOS = list_demos()
RELEASES = [(demo, release) for demo in DEMOS for release in demo.releases]


def name_of(value: object) -> str:
    return value.version if isinstance(value, DemoRelease) else value.name


def test_there_are_a_dozen():
    assert len(DEMOS) == 12


@pytest.mark.parametrize(("demo", "release"), RELEASES, ids=name_of)
def test_what_is_built_passes_the_door(tmp_path, demo, release):
    for one in build(demo, release):
        path = tmp_path / one.filename
        path.write_bytes(one.content)
        metadata = examine(path, one.filename, one.filetype, Policy()).metadata
        assert (metadata.name, str(metadata.version)) == (demo.name, release.version)


def test_the_same_sources_give_the_same_bytes():
    demo, release = RELEASES[0]
    assert build(demo, release) == build(demo, release)


def test_module_knows_its_version():
    for demo, release in RELEASES:
        wheel = zipfile.ZipFile(io.BytesIO(build(demo, release)[0].content))
        source = wheel.read(demo.module_path.name).decode()
        assert f'__version__ = "{release.version}"' in source
        ast.parse(source)


def test_sources_say_the_same_as_the_metadata():
    for demo, release in RELEASES:
        content = io.BytesIO(build(demo, release)[1].content)
        with tarfile.open(fileobj=content, mode="r:gz") as archive:
            texts = {
                member.name.split("/")[1]: io.BytesIO(archive.extractfile(member).read())
                for member in archive
            }
        project = tomllib.load(texts["pyproject.toml"])["project"]
        metadata = Metadata.from_email(texts["PKG-INFO"].read())
        assert (project["name"], project["version"]) == (metadata.name, str(metadata.version))
        assert set(metadata.provides_extra or ()) == set(project.get("optional-dependencies", ()))


def test_demo_projects_need_nothing_but_each_other():
    names = {canonicalize_name(demo.name) for demo in DEMOS}
    needed = [need for _, release in RELEASES for need in release.requires]
    needed += [need for demo in DEMOS for needs in demo.extras.values() for need in needs]
    assert {canonicalize_name(Requirement(need).name) for need in needed} <= names


def test_people_of_the_demo_projects_are_known():
    people = {one.username for one in PEOPLE}
    assert {name for demo in DEMOS for name in (demo.owner, *demo.maintainers)} == people


def test_demo_projects_show_what_an_index_must_show():
    assert {demo.readme_name.rpartition(".")[2] for demo in DEMOS} == {"md", "rst", "txt"}
    assert len({demo.license for demo in DEMOS}) >= 10
    assert any(release.yanked for _, release in RELEASES)
    assert any(release.yanked == "" for _, release in RELEASES)
    assert any("rc" in release.version for _, release in RELEASES)
