"""Building real wheels and sdists of demo projects; the same sources give the same bytes."""

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import Version

from app.seed.demos import Demo, DemoRelease

# Every file in an archive is as old as ZIP can say.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_WHEEL = "Wheel-Version: 1.0\nGenerator: tilsit\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_LICENSE = "Copyright the friends of Tilsit.\n\nThis is a demonstration; do what you like.\n"


@dataclass(frozen=True)
class Distribution:
    """A distribution file in memory."""

    filename: str
    filetype: str
    content: bytes


def build(demo: Demo, release: DemoRelease) -> list[Distribution]:
    """Return the wheel and the sdist of a release."""
    stem = f"{_escape(demo.name)}-{Version(release.version)}"
    return [
        Distribution(f"{stem}-py3-none-any.whl", "bdist_wheel", _build_wheel(demo, release, stem)),
        Distribution(f"{stem}.tar.gz", "sdist", _build_sdist(demo, release, stem)),
    ]


def _build_wheel(demo: Demo, release: DemoRelease, stem: str) -> bytes:
    info = f"{stem}.dist-info"
    files = {
        demo.module_path.name: _source(demo, release),
        f"{info}/licenses/LICENSE": _LICENSE,
        f"{info}/METADATA": _metadata(demo, release),
        f"{info}/WHEEL": _WHEEL,
    }
    if demo.scripts:
        lines = [f"{name} = {target}" for name, target in demo.scripts.items()]
        files[f"{info}/entry_points.txt"] = "\n".join(["[console_scripts]", *lines, ""])
    record = [_record_line(path, text.encode()) for path, text in files.items()]
    files[f"{info}/RECORD"] = "".join([*record, f"{info}/RECORD,,\n"])
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, text in files.items():
            member = zipfile.ZipInfo(path, _ZIP_EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o100644 << 16
            archive.writestr(member, text.encode())
    return target.getvalue()


def _build_sdist(demo: Demo, release: DemoRelease, stem: str) -> bytes:
    files = {
        "LICENSE": _LICENSE,
        "PKG-INFO": _metadata(demo, release),
        "pyproject.toml": _pyproject(demo, release),
        demo.readme_name: demo.readme,
        demo.module_path.name: _source(demo, release),
    }
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(f"{stem}/{path}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(target.getvalue(), mtime=0)


def _metadata(demo: Demo, release: DemoRelease) -> str:
    fields = [
        ("Metadata-Version", "2.4"),
        ("Name", demo.name),
        ("Version", release.version),
        ("Summary", demo.summary),
        ("Keywords", ",".join(demo.keywords)),
        ("Author-email", f"{demo.owner.title()} <{demo.owner}@example.org>"),
        ("License-Expression", demo.license),
        ("License-File", "LICENSE"),
        *(("Classifier", classifier) for classifier in demo.classifiers),
        *(("Project-URL", f"{label}, {url}") for label, url in demo.urls.items()),
        ("Requires-Python", release.requires_python or demo.requires_python),
        *(("Requires-Dist", requirement) for requirement in release.requires),
        *_extras(demo),
        ("Description-Content-Type", demo.content_type),
    ]
    return "".join(f"{name}: {value}\n" for name, value in fields if value) + f"\n{demo.readme}"


def _extras(demo: Demo) -> list[tuple[str, str]]:
    fields = []
    for extra, requirements in demo.extras.items():
        fields.append(("Provides-Extra", extra))
        fields += [("Requires-Dist", f'{wanted} ; extra == "{extra}"') for wanted in requirements]
    return fields


def _pyproject(demo: Demo, release: DemoRelease) -> str:
    # Strings, lists and inline tables of strings are written alike in JSON and TOML.
    project = {
        "name": demo.name,
        "version": release.version,
        "description": demo.summary,
        "readme": demo.readme_name,
        "license": demo.license,
        "license-files": ["LICENSE"],
        "keywords": demo.keywords,
        "classifiers": demo.classifiers,
        "requires-python": release.requires_python or demo.requires_python,
        "dependencies": release.requires,
    }
    lines = [
        "[build-system]",
        'requires = ["flit_core>=3.11,<5"]',
        'build-backend = "flit_core.buildapi"',
        "",
        "[project]",
        *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in project.items()),
        *_table("project.urls", demo.urls),
        *_table("project.optional-dependencies", demo.extras),
        *_table("project.scripts", demo.scripts),
        *_table("tool.flit.module", {"name": demo.module_path.stem}),
    ]
    return "\n".join(lines) + "\n"


def _table(name: str, values: dict[str, str] | dict[str, list[str]]) -> list[str]:
    if not values:
        return []
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return ["", f"[{name}]", *lines]


def _source(demo: Demo, release: DemoRelease) -> str:
    return demo.module_path.read_text(encoding="utf-8").replace("@version@", release.version)


def _record_line(path: str, content: bytes) -> str:
    digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}\n"


def _escape(name: str) -> str:
    return canonicalize_name(name).replace("-", "_")
