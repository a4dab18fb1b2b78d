"""Builders of honest distribution files; the hostile ones are in tests/hostile.py.

The same call always gives the same bytes.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping

from packaging.utils import canonicalize_name

from tests.tarwriter import TarEntry, make_tar_gz
from tests.zipwriter import make_zip

WHEEL = b"Wheel-Version: 1.0\nGenerator: tilsit-tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
Headers = Mapping[str, str] | Iterable[tuple[str, str]]


def escape(name: str) -> str:
    """Return the name as file names spell it."""
    return canonicalize_name(name).replace("-", "_")


def wheel_name(name: str = "foo_bar", version: str = "1.0", tag: str = "py3-none-any") -> str:
    """Return the file name that belongs to make_wheel with the same arguments."""
    return f"{escape(name)}-{version}-{tag}.whl"


def sdist_name(name: str = "foo_bar", version: str = "1.0") -> str:
    """Return the file name that belongs to make_sdist with the same arguments."""
    return f"{escape(name)}-{version}.tar.gz"


def make_metadata(
    name: str = "foo_bar",
    version: str = "1.0",
    *,
    metadata_version: str | None = "2.4",
    summary: str | None = None,
    description: str | None = None,
    description_content_type: str | None = None,
    keywords: str | None = None,
    author: str | None = None,
    author_email: str | None = None,
    license_expression: str | None = None,
    license_files: Iterable[str] = (),
    classifiers: Iterable[str] = (),
    requires_python: str | None = None,
    requires_dist: Iterable[str] = (),
    extras: Iterable[str] = (),
    project_urls: Iterable[tuple[str, str]] = (),
    headers: Headers = (),
) -> bytes:
    """Return METADATA or PKG-INFO; `headers` are added as they are, repeats included."""
    single = {
        "Metadata-Version": metadata_version,
        "Name": name,
        "Version": version,
        "Summary": summary,
        "Keywords": keywords,
        "Author": author,
        "Author-email": author_email,
        "License-Expression": license_expression,
        "Requires-Python": requires_python,
        "Description-Content-Type": description_content_type,
    }
    lines = [f"{field}: {value}" for field, value in single.items() if value is not None]
    lines += [f"License-File: {path}" for path in license_files]
    lines += [f"Classifier: {classifier}" for classifier in classifiers]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires_dist]
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Project-URL: {label}, {url}" for label, url in project_urls]
    lines += [f"{field}: {value}" for field, value in _pairs(headers)]
    body = "" if description is None else f"\n{description}"
    return ("\n".join(lines) + "\n" + body).encode()


def make_wheel(
    name: str = "foo_bar",
    version: str = "1.0",
    *,
    metadata: bytes | None = None,
    members: Mapping[str, bytes] | None = None,
    entry_points: str | bytes | None = None,
    record: bytes | None = None,
    without: Iterable[str] = (),
    store: bool = False,
    **fields: object,
) -> bytes:
    """Return a wheel; further keywords go to make_metadata.

    `members` are the files of the package, `without` names files of the
    .dist-info folder to leave out, `record` replaces the right RECORD.
    """
    folder = f"{escape(name)}-{version}.dist-info"
    files = dict(members if members is not None else {f"{escape(name)}.py": b"answer = 42\n"})
    files |= {f"{folder}/licenses/{path}": b"Free.\n" for path in _paths(fields)}
    files[f"{folder}/METADATA"] = metadata or make_metadata(name, version, **fields)  # type: ignore[arg-type]
    files[f"{folder}/WHEEL"] = WHEEL
    if entry_points is not None:
        files[f"{folder}/entry_points.txt"] = (
            entry_points.encode() if isinstance(entry_points, str) else entry_points
        )
    files[f"{folder}/RECORD"] = make_record(files, folder) if record is None else record
    kept = {path: data for path, data in files.items() if path not in _within(folder, without)}
    return make_zip(kept, store=store)


def make_sdist(
    name: str = "foo_bar",
    version: str = "1.0",
    *,
    metadata: bytes | None = None,
    members: Mapping[str, bytes] | None = None,
    top: str | None = None,
    without: Iterable[str] = (),
    **fields: object,
) -> bytes:
    """Return a source distribution; further keywords go to make_metadata."""
    top = f"{escape(name)}-{version}" if top is None else top
    files = {
        "pyproject.toml": b'[build-system]\nrequires = ["flit_core"]\n',
        **(members if members is not None else {f"{escape(name)}.py": b"answer = 42\n"}),
        **dict.fromkeys(_paths(fields), b"Free.\n"),
        "PKG-INFO": metadata or make_metadata(name, version, **fields),  # type: ignore[arg-type]
    }
    kept = {path: data for path, data in files.items() if path not in without}
    folder = TarEntry(f"{top}/", kind=b"5")
    return make_tar_gz([folder, *(TarEntry(f"{top}/{path}", data) for path, data in kept.items())])


def make_record(files: Mapping[str, bytes], folder: str) -> bytes:
    """Return the RECORD that lists the files and itself."""
    lines = [f"{path},{_digest(data)},{len(data)}" for path, data in files.items()]
    return "\n".join([*lines, f"{folder}/RECORD,,", ""]).encode()


def _digest(data: bytes) -> str:
    raw = urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
    return f"sha256={raw.decode()}"


def _pairs(headers: Headers) -> Iterable[tuple[str, str]]:
    return headers.items() if isinstance(headers, Mapping) else headers


def _paths(fields: Mapping[str, object]) -> list[str]:
    return list(fields.get("license_files") or ())  # type: ignore[call-overload]


def _within(folder: str, names: Iterable[str]) -> set[str]:
    return {f"{folder}/{name}" for name in names}
