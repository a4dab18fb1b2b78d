"""`flask mirror prefetch` against a real upstream."""

import hashlib

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_age
from app.mirror.models import MirroredFile
from tests.factories import make_file, make_project, make_release
from tests.upstreams import Refuse, WrongBytes


@pytest.fixture
def prefetch(house, mirror):
    """Give the command."""

    def run(*args):
        # As a process of its own would find it.
        db.session.rollback()
        return house.test_cli_runner().invoke(args=["mirror", "prefetch", *args])

    return run


def held(**facts):
    # As it is now, not as it was when the test began.
    db.session.rollback()
    wanted = select(MirroredFile.filename).where(MirroredFile.sha256.is_not(None))
    return sorted(db.session.scalars(wanted.filter_by(**facts)))


def files_asked(upstream):
    return sorted(seen.path.rpartition("/")[2] for seen in upstream.asked("/packages/*"))


def test_the_newest_release_comes_with_all_its_files(prefetch, upstream):
    upstream.add_wheel("six", "1.0")
    upstream.add_wheel("six", "2.0")
    upstream.add_sdist("six", "2.0")
    upstream.add_wheel("six", "3.0rc1")
    done = prefetch("six")
    assert done.exit_code == 0, done.output
    assert held() == ["six-2.0-py3-none-any.whl", "six-2.0.tar.gz"]
    assert "2 files fetched" in done.output


def test_core_metadata_come_too(prefetch, upstream):
    upstream.add_wheel("six", "1.0")
    prefetch("six")
    assert "six-1.0-py3-none-any.whl.metadata" in files_asked(upstream)


def test_specifiers_choose(prefetch, upstream):
    for version in ("1.0", "1.5", "2.0"):
        upstream.add_wheel("six", version)
    assert prefetch("SIX <2").exit_code == 0
    assert held() == ["six-1.5-py3-none-any.whl"]


def test_a_yanked_release_comes_only_when_nothing_else_would_do(prefetch, upstream):
    upstream.add_wheel("six", "1.0")
    upstream.add_wheel("six", "1.1", yanked="broken")
    prefetch("six")
    assert held() == ["six-1.0-py3-none-any.whl"]
    prefetch("six==1.1")
    assert "six-1.1-py3-none-any.whl" in held()


def test_again_nothing_is_fetched(prefetch, upstream):
    upstream.add_wheel("six", "1.0")
    prefetch("six")
    upstream.log.clear()
    done = prefetch("six")
    assert "0 files fetched (0.0 MB), 1 here already, 0 missing." in done.output
    assert upstream.log == []


def test_wheels_only_and_platforms(prefetch, upstream):
    for tag in ("py3-none-any", "cp312-cp312-manylinux_2_28_x86_64", "cp312-cp312-win_amd64"):
        upstream.add_wheel("six", "1.0", tag=tag)
    upstream.add_sdist("six", "1.0")
    prefetch("six", "--wheels-only", "--platform", "*linux*x86_64")
    assert held() == [
        "six-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
        "six-1.0-py3-none-any.whl",
    ]


def test_a_release_without_a_wanted_file_is_missing(prefetch, upstream):
    upstream.add_sdist("six", "1.0")
    done = prefetch("six", "--wheels-only")
    assert done.exit_code == 1
    assert "six 1.0: It has no file of the kind that is wanted." in done.output


def test_pinned_files_are_pinned(prefetch, upstream):
    upstream.add_wheel("six", "1.0")
    upstream.add_wheel("flask", "1.0")
    prefetch("six", "--pin")
    prefetch("flask")
    assert held(is_pinned=True) == ["six-1.0-py3-none-any.whl"]
    prefetch("flask", "--pin")
    assert len(held(is_pinned=True)) == 2


def test_what_is_missing_is_told_and_the_rest_comes(prefetch, upstream):
    upstream.add_wheel("six", "1.0")
    done = prefetch("six", "nothing-like-it", "six>=9")
    assert done.exit_code == 1
    assert "nothing-like-it: There is no such project." in done.output
    assert "six>=9: No version of it fits." in done.output
    assert held() == ["six-1.0-py3-none-any.whl"]


def test_a_file_that_does_not_come_is_missing_and_comes_the_next_time(prefetch, upstream):
    upstream.add_wheel("six", "1.0")
    upstream.add_sdist("six", "1.0")
    upstream.breaks(WrongBytes(), "*.tar.gz")
    done = prefetch("six")
    assert done.exit_code == 1
    assert "six-1.0.tar.gz: " in done.output
    assert held() == ["six-1.0-py3-none-any.whl"]
    upstream.heals()
    assert prefetch("six").exit_code == 0
    assert len(held()) == 2


def test_an_upstream_that_is_down_is_told(prefetch, upstream):
    upstream.breaks(Refuse())
    done = prefetch("six")
    assert done.exit_code == 1
    assert "no such project" not in done.output
    assert "six: " in done.output


def test_requirements_with_digests(prefetch, upstream, tmp_path):
    wheel = upstream.add_wheel("six", "1.0")
    upstream.add_sdist("six", "1.0")
    needs = tmp_path / "requirements.txt"
    needs.write_text(f"-i https://example.org\nsix==1.0 --hash=sha256:{wheel.sha256}\n")
    done = prefetch("-r", str(needs))
    assert done.exit_code == 0, done.output
    assert held() == ["six-1.0-py3-none-any.whl"]
    assert "Passed over: requirements.txt:1: -i https://example.org" in done.output


def test_a_digest_of_no_file_is_told(prefetch, upstream, tmp_path):
    upstream.add_wheel("six", "1.0")
    needs = tmp_path / "requirements.txt"
    needs.write_text(f"six==1.0 --hash=sha256:{'0' * 64}\n")
    assert prefetch("-r", str(needs)).exit_code == 1
    assert held() == []


def lock(tmp_path, **digests):
    path = tmp_path / "pylock.toml"
    wheels = ", ".join(
        f'{{name = "{name}", url = "https://example.org/{name}", hashes = {{{told}}}}}'
        for name, told in digests.items()
    )
    path.write_text(
        'lock-version = "1.0"\ncreated-by = "hand"\n'
        f'[[packages]]\nname = "six"\nversion = "1.0"\nwheels = [{wheels}]\n'
    )
    return str(path)


WHEEL = "six-1.0-py3-none-any.whl"


@pytest.mark.parametrize("kind", ["sha256", "sha512", "md5"])
def test_a_lock_brings_the_files_that_it_names(prefetch, upstream, tmp_path, kind):
    file = upstream.add_wheel("six", "1.0")
    upstream.add_wheel("six", "1.0", tag="cp312-cp312-win_amd64")
    digest = hashlib.new(kind, file.content).hexdigest()
    done = prefetch("--pylock", lock(tmp_path, **{WHEEL: f'{kind} = "{digest}"'}))
    assert done.exit_code == 0, done.output
    assert held() == [WHEEL]


@pytest.mark.parametrize("kind", ["sha256", "sha512"])
def test_the_digests_of_a_lock_are_compared(prefetch, upstream, tmp_path, kind):
    upstream.add_wheel("six", "1.0")
    done = prefetch("--pylock", lock(tmp_path, **{WHEEL: f'{kind} = "00"'}))
    assert done.exit_code == 1
    assert f"{WHEEL}: " in done.output
    assert "digest" in done.output


def test_a_file_of_a_lock_that_is_not_there_is_told(prefetch, upstream, tmp_path):
    upstream.add_sdist("six", "1.0")
    done = prefetch("--pylock", lock(tmp_path, **{WHEEL: 'sha256 = "00"'}))
    assert done.exit_code == 1
    assert f"{WHEEL}: It is not offered." in done.output


@pytest.fixture
def ageless(mirror):
    """Let files in however young they are, and when nobody told their age."""
    with transaction():
        change_age(get_index(), 0)
    yield
    with transaction():
        change_age(get_index(), None)


@pytest.mark.usefixtures("ageless")
@pytest.mark.parametrize("style", ["json-metadata", "html"])
def test_all_that_is_needed_comes_too(prefetch, upstream, style):
    upstream.style = style
    needs = ["six>=1", 'colour; extra == "paint"', 'never; python_version < "3"']
    upstream.add_wheel("flask", "1.0", fields={"requires_dist": needs, "extras": ["paint"]})
    upstream.add_wheel("six", "1.0", fields={"requires_dist": ["flask"]})
    upstream.add_wheel("colour", "1.0")
    assert prefetch("flask", "--with-dependencies").exit_code == 0
    assert held() == ["flask-1.0-py3-none-any.whl", "six-1.0-py3-none-any.whl"]
    assert prefetch("flask[Paint]", "--with-dependencies").exit_code == 0
    assert "colour-1.0-py3-none-any.whl" in held()


def test_nothing_named_is_an_error(prefetch):
    assert prefetch().exit_code == 2
    assert prefetch("not a name !").exit_code == 2
    assert prefetch("six", "--index", "nowhere").exit_code == 1


def test_the_policy_is_kept_and_its_reason_told(prefetch, upstream):
    upstream.add_wheel("six", "1.0")
    upstream.add_wheel("six", "2.0", uploaded_at=clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    assert prefetch("six").exit_code == 0
    assert held() == ["six-1.0-py3-none-any.whl"]
    done = prefetch("six==2.0")
    assert done.exit_code == 1
    assert "six 2.0: This is held back until" in done.output
    assert held() == ["six-1.0-py3-none-any.whl"]


def test_what_is_our_own_is_here_already_and_never_asked_for(prefetch, upstream):
    upstream.add_wheel("six", "99")
    make_file(make_release(make_project("six"), "1.0"))
    done = prefetch("six", "--pin")
    assert done.exit_code == 0, done.output
    assert "0 files fetched (0.0 MB), 1 here already, 0 missing." in done.output
    assert upstream.log == []
