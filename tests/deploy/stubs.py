"""Stand-ins for what changes a machine: each writes down how it was called."""

from pathlib import Path

NOTE = """\
#!/bin/sh
{ printf "%s" "$(basename "$0")"; printf " %s" "$@"; echo; } >>"$CALLS"
"""
QUIET = ("apt-get", "useradd", "usermod", "chown", "systemctl", "ufw", "certbot", "su")
# Owners are beside the point where there are no users.
INSTALL = """\
while [ $# -gt 0 ]; do
  case $1 in
    -o | -g) shift 2 ;;
    -m) mode=$2 && shift 2 ;;
    -d) shift ;;
    *) mkdir -p "$1" && chmod "$mode" "$1" && shift ;;
  esac
done
"""
PYTHON = """\
[ "$2" = venv ] || exit 0
[ "${FAIL:-}" != venv ] || exit 1
mkdir -p "$3/bin"
cp "$0" "$3/bin/python"
cp "$0" "$3/bin/pybabel"
"""


def lay_stubs(folder: Path) -> Path:
    """Write the stand-ins into a folder and return it."""
    folder.mkdir()
    bodies = dict.fromkeys(QUIET, "") | {"install": INSTALL, "python3": PYTHON}
    bodies |= {"getent": "exit 2\n", "ss": 'echo "$LISTENING"\n', "id": 'echo "$USER_ID"\n'}
    for name, body in bodies.items():
        path = folder / name
        path.write_text(NOTE + body)
        path.chmod(0o755)
    return folder
