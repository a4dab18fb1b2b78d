"""A house whose mirror has an upstream, whose names are searched."""

from tests.mirror.conftest import house, mirror, settings, upstream

__all__ = ["house", "mirror", "settings", "upstream"]
