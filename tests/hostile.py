"""What a case of the hostile corpus is; the cases are in tests/hostile_*.py."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.archives import wheel_name


@dataclass(frozen=True)
class Hostile:
    """A file that arrives under a good name and is refused with the code."""

    case: str
    code: str
    data: bytes | Callable[[], bytes] = field(repr=False)
    filename: str = wheel_name()

    def build(self) -> bytes:
        """Return the bytes of the file; costly ones are made when asked for."""
        return self.data if isinstance(self.data, bytes) else self.data()

    @property
    def filetype(self) -> str:
        """Return the filetype that fits the name."""
        return "bdist_wheel" if self.filename.endswith(".whl") else "sdist"
