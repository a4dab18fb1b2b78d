"""Pages on which owners manage what is theirs, and commands about tokens."""

from flask import Flask

from app.manage import (
    cli,
    index_cli,
    index_part_views,
    index_views,
    mirror_views,
    policy_views,
    promotion_views,
    release_views,
    reserved_views,
    token_views,
    trash_views,
    views,
)


def init_app(app: Flask) -> None:
    """Bind pages and commands to an application."""
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.cli)


# The modules add their pages to the blueprint of `views`, and commands to `flask index`.
__all__ = [
    "index_cli",
    "index_part_views",
    "index_views",
    "init_app",
    "mirror_views",
    "policy_views",
    "promotion_views",
    "release_views",
    "reserved_views",
    "token_views",
    "trash_views",
]
