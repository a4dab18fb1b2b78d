"""A house whose mirror has an upstream that projects are copied from."""

from tests.mirror.conftest import house, mirror, settings, upstream

__all__ = ["house", "mirror", "settings", "upstream"]
