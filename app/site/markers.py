"""Environment markers (PEP 508) as people read them."""

import re

from app.core.i18n import _

# As `packaging` writes them: the variable stands on the left of what people wrote so.
_CONDITION = re.compile(r'([a-z_]+) (==|!=|<=|>=|<|>|~=|===) "([^"]*)"')
_EXTRA = re.compile(r'extra == "([^"]*)"')
_WORDS = re.compile(r'"[^"]*"|[()]|[^\s()"]+')
# Names of systems as Python tells them, by the name that people know.
_SYSTEMS = {
    "win32": "Windows",
    "nt": "Windows",
    "windows": "Windows",
    "linux": "Linux",
    "darwin": "macOS",
    "cygwin": "Cygwin",
    "emscripten": "Emscripten",
    "java": "Java",
    "posix": "POSIX",
}
_SYSTEM_VARIABLES = {"sys_platform", "platform_system", "os_name"}
_PYTHON_VARIABLES = {"python_version", "python_full_version"}
_KIND_VARIABLES = {"platform_python_implementation", "implementation_name"}


def find_extras(marker: str) -> tuple[str, ...]:
    """Return the extras that a marker names."""
    return tuple(dict.fromkeys(_EXTRA.findall(marker)))


def without_extra(marker: str) -> str:
    """Return what is left of a marker when the one extra is asked for that it demands.

    One that says more complicated things of extras stays as it is.
    """
    parts = marker.split(" and ")
    rest = [part for part in parts if _EXTRA.fullmatch(part) is None]
    is_plain = len(rest) < len(parts) and "extra " not in " ".join(rest)
    return " and ".join(rest) if is_plain and not _has_bare_or(marker) else marker


def list_conditions(marker: str) -> tuple[str, ...]:
    """Return what all must be true, each in words, or nothing for what has no plain words."""
    conditions = [_read(part) for part in marker.split(" and ")] if marker else []
    if any(condition is None for condition in conditions):
        return ()
    return tuple(condition for condition in conditions if condition is not None)


def _has_bare_or(marker: str) -> bool:
    """Tell whether an `or` stands outside of all brackets."""
    depth = 0
    for word in _WORDS.findall(marker):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word == "or" and depth == 0:
            return True
    return False


def _read(condition: str) -> str | None:
    found = _CONDITION.fullmatch(condition)
    if found is None:
        return None
    variable, operator, value = found.groups()
    if variable in _PYTHON_VARIABLES:
        return str(_("Python %(versions)s", versions=f"{operator} {value}"))
    if variable in _SYSTEM_VARIABLES:
        return _on(operator, _SYSTEMS.get(value.lower(), value))
    if variable in _KIND_VARIABLES or variable == "platform_machine":
        return _on(operator, value)
    return None


def _on(operator: str, place: str) -> str | None:
    if operator == "==":
        return str(_("only on %(place)s", place=place))
    return str(_("not on %(place)s", place=place)) if operator == "!=" else None
