"""Markdown and reStructuredText as sanitised HTML.

This module is also a program, which reads a text and writes its HTML, so that
a text that takes too long can be stopped. It imports nothing of the application.
"""

import io
import resource
import sys

MAX_CPU_SECONDS = 15
MAX_MEMORY = 1024 * 1024 * 1024

MARKDOWN, RST = "text/markdown", "text/x-rst"


def render_rich(text: str, kind: str, variant: str = "GFM") -> str | None:
    """Return the HTML of a text, or None if it breaks the rules of its kind."""
    # They take half a second to load, and only workers need them.
    from readme_renderer import markdown, rst  # noqa: PLC0415

    try:
        if kind == MARKDOWN:
            html = markdown.render(text, variant=variant)
        else:
            html = rst.render(text, stream=io.StringIO())
    except Exception:
        # Whatever a stranger's text does to the renderers, it is shown as text.
        return None
    return None if html is None else str(html)


def main() -> int:
    """Render what comes on standard input; kind and variant are the arguments."""
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    html = render_rich(sys.stdin.buffer.read().decode(), *sys.argv[1:])
    if html is None:
        return 1
    sys.stdout.buffer.write(html.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
