"""The lines that install a release from this very server."""

import re
import shlex
from dataclasses import dataclass

from app.projects.versions import parse_version
from app.sources.page import ReleaseDetail

# PEP 508: what else would call itself an extra might be a command of its own.
_EXTRA = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Command:
    """A line to copy; `tool` is the name of the program."""

    tool: str
    line: str


def list_commands(
    detail: ReleaseDetail, index_url: str, *, has_upstream: bool
) -> tuple[Command, ...]:
    """Return the install lines of a release, none for a project in quarantine.

    pip takes the highest version from anywhere, so it is pointed at this index
    alone. uv asks indexes in order and takes a name from the first that has it,
    so the default index may stay, unless this one has everything itself.
    """
    if detail.status == "quarantined":
        return ()
    wanted = shlex.quote(_requirement(detail))
    option = "--default-index" if has_upstream else "--index"
    return (
        Command("pip", f"pip install --index-url {index_url} {wanted}"),
        Command("uv", f"uv add {option} {index_url} {wanted}"),
        Command("uv pip", f"uv pip install {option} {index_url} {wanted}"),
    )


def extra_command(detail: ReleaseDetail, index_url: str, extra: str) -> Command | None:
    """Return the line that installs a release with an extra, or None for what is none."""
    if detail.status == "quarantined" or _EXTRA.fullmatch(extra) is None:
        return None
    name, _sep, version = _requirement(detail).partition("==")
    wanted = f"{name}[{extra}]" + (f"=={version}" if version else "")
    # Shells of all systems know these quotes, and brackets need some.
    return Command("pip", f'pip install --index-url {index_url} "{wanted}"')


def pin_lines(detail: ReleaseDetail) -> tuple[str, ...]:
    """Return the lines of a requirements file that take a release by the hashes of its files."""
    hashes = sorted({file.sha256 for file in detail.files if file.sha256})
    if not hashes or parse_version(detail.version) is None:
        return ()
    lines = (f"{detail.normalized_name}=={detail.version}", *(_hash(each) for each in hashes))
    return (*(f"{line} \\" for line in lines[:-1]), lines[-1])


def pin_line(detail: ReleaseDetail, sha256: str) -> str:
    """Return the line of a requirements file that takes a release by the hash of one file."""
    return f"{detail.normalized_name}=={detail.version} {_hash(sha256).strip()}"


def _hash(sha256: str) -> str:
    return f"    --hash=sha256:{sha256}"


def _requirement(detail: ReleaseDetail) -> str:
    # Installers pass over pre-releases and yanked ones unless they are named.
    is_default = detail.version == detail.latest_stable_version
    return detail.normalized_name if is_default else f"{detail.normalized_name}=={detail.version}"
