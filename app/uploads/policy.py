"""What this house accepts beyond what every index must."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """Say which uploads are welcome that the public index would refuse."""

    local_versions: bool = True
    linux_wheels: bool = True
    direct_dependencies: bool = False
