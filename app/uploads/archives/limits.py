"""How much an archive may unpack to, hold and cost us.

The limits are chosen so that the worst file within them is judged in a few
seconds and a few dozen megabytes; the largest wheels known stay far below.
"""

from app.uploads.exceptions import InvalidArchive

MEBIBYTE = 1024 * 1024
MAX_MEMBERS = 100_000
MAX_NAME_BYTES = 4096
MAX_DEPTH = 100
MAX_DIRECTORY_BYTES = 24 * MEBIBYTE
MAX_METADATA_BYTES = 8 * MEBIBYTE
MAX_RECORD_BYTES = 32 * MEBIBYTE
MAX_RECORD_LINES = 2 * MAX_MEMBERS
MAX_ENTRY_POINTS_BYTES = MEBIBYTE
MAX_EXTENDED_HEADER_BYTES = MEBIBYTE
MAX_GZIP_PARTS = 1000
# Below this size nobody is harmed, however well it was packed.
HARMLESS_BYTES = 64 * MEBIBYTE
MAX_RATIO = 50


def check_unpacked_size(unpacked: int, packed: int) -> None:
    """Raise InvalidArchive when so few bytes unpack to so many."""
    if unpacked > HARMLESS_BYTES and unpacked > MAX_RATIO * packed:
        raise InvalidArchive(
            f"The archive exceeds a compression ratio of {MAX_RATIO}, pack fewer empty bytes.",
            code="archive-bomb",
        )


def check_member_count(count: int) -> None:
    """Raise InvalidArchive when the archive has more members than we look at."""
    if count > MAX_MEMBERS:
        raise InvalidArchive(
            f"The archive has too many members, the limit is {MAX_MEMBERS}.",
            code="too-many-members",
        )
