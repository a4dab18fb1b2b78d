"""A house whose mirror has an upstream, for the documents of what is there."""

from tests.mirror.conftest import house, mirror, settings, upstream

__all__ = ["house", "mirror", "settings", "upstream"]
