"""Headers that protect every answer."""

from flask import Flask, Response

# Pages take everything from here; pictures in a README may come from anywhere by
# TLS, as on every package page of the world.
PAGE_POLICY = (
    "default-src 'none'; base-uri 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; img-src 'self' https: data:; "
    "manifest-src 'self'; script-src 'self'; style-src 'self'"
)
# What machines read must do nothing at all when a browser opens it.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox allow-top-navigation"


def init_app(app: Flask) -> None:
    """Send the headers with every answer of an application."""
    app.after_request(protect)


def protect(response: Response) -> Response:
    """Add the protecting headers that the view did not set itself."""
    is_page = response.mimetype == "text/html"
    headers = response.headers
    headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else DATA_POLICY)
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    return response


def keep_private(response: Response) -> Response:
    """Keep pages about somebody out of all caches."""
    response.headers["Cache-Control"] = "no-store"
    return response
