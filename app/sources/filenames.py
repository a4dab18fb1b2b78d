"""Which project a file may belong to, by its name alone."""

from app.projects.names import normalise

# Their names begin with the project's, in which there is no hyphen.
_BUILT = (".whl", ".egg")
_SOURCES = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.z", ".tar", ".tbz")


def list_project_names(filename: str) -> tuple[str, ...]:
    """Return the normalised names that a file's project may have, the likeliest first.

    A source archive's name may have hyphens in both the project's name and the version.
    """
    stem = _stem(filename.lower())
    if filename.lower().endswith(_BUILT):
        return (normalise(stem.partition("-")[0]),)
    parts = stem.split("-")
    heads = ["-".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]
    likely = [head for head in heads if stem[len(head) + 1 : len(head) + 2].isdigit()]
    # Versions begin with a digit, and the first place where one does is the likeliest.
    ordered = [*reversed(likely), *(head for head in heads if head not in likely)]
    return tuple(dict.fromkeys(normalise(head) for head in ordered if normalise(head)))


def _stem(filename: str) -> str:
    for ending in (*_BUILT, *_SOURCES):
        if filename.endswith(ending):
            return filename.removesuffix(ending)
    return filename.rpartition(".")[0] or filename
