"""README texts as HTML that is safe to show.

A text is written by strangers, so the work is bounded in size and in time; what
cannot be rendered is shown as it was written.
"""

import subprocess
import sys
from email.message import Message

from markupsafe import escape

from app.projects import rendering
from app.projects.rendering import MARKDOWN, RST, render_rich

MAX_LENGTH = 2 * 1024 * 1024
MAX_HTML = 4 * 1024 * 1024
# The worst text of this length keeps a worker busy for a few seconds.
MAX_LENGTH_HERE = 16 * 1024
MAX_SECONDS = 20

_VARIANTS = ("GFM", "CommonMark")


def render(text: str, content_type: str | None) -> str:
    """Return a description as sanitised HTML, whatever it holds.

    Without a content type it is reStructuredText, as the core metadata say.
    """
    kind, variant = _read_content_type(content_type)
    if kind not in {MARKDOWN, RST} or len(text) > MAX_LENGTH:
        return render_plain(text)
    if len(text) <= MAX_LENGTH_HERE:
        html = render_rich(text, kind, variant)
    else:
        html = _render_apart(text, kind, variant, MAX_SECONDS)
    return render_plain(text) if html is None or len(html) > MAX_HTML else html


def render_within(text: str, content_type: str | None, seconds: float) -> str | None:
    """Return what `render` does, or None if it takes longer than some seconds.

    Another process does it: the renderers would stay in the memory of this one.
    """
    kind, variant = _read_content_type(content_type)
    if kind not in {MARKDOWN, RST} or len(text) > MAX_LENGTH:
        return render_plain(text)
    html = _render_apart(text, kind, variant, seconds)
    return None if html is None or len(html) > MAX_HTML else html


def render_plain(text: str) -> str:
    """Return a text as it was written, with nothing in it that a browser obeys."""
    return f"<pre>{escape(text)}</pre>" if text.strip() else ""


def _read_content_type(content_type: str | None) -> tuple[str, str]:
    message = Message()
    message["Content-Type"] = content_type or RST
    variant = str(message.get_param("variant", _VARIANTS[0]))
    return message.get_content_type(), variant if variant in _VARIANTS else _VARIANTS[0]


def _render_apart(text: str, kind: str, variant: str, seconds: float) -> str | None:
    """Return the HTML of a text, made by a process that can be stopped."""
    # Isolated, so that neither the environment nor the working folder says what it imports.
    command = [sys.executable, "-I", rendering.__file__, kind, variant]
    try:
        done = subprocess.run(  # noqa: S603
            command, input=text.encode(), capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode() if done.returncode == 0 else None
