"""The commands that install a release from this very server."""

import shlex
from dataclasses import dataclass

from app.sources.page import ReleaseDetail


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


def _requirement(detail: ReleaseDetail) -> str:
    # Installers pass over pre-releases and yanked ones unless they are named.
    is_default = detail.version == detail.latest_stable_version
    return detail.normalized_name if is_default else f"{detail.normalized_name}=={detail.version}"
