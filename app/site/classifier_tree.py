"""Classifiers as the tree that their parts make."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.search.labels import LabelLine
from app.site.browse_viewmodels import Branch

BETWEEN, TOPIC = " :: ", "Topic"
# Whoever writes more parts has them in one; pages get no deeper.
_MOST_PARTS = 8


@dataclass
class _Node:
    """A branch while it grows."""

    name: str
    value: str
    count: int | None = None
    nodes: dict[str, "_Node"] = field(default_factory=dict)

    def grow(self, name: str) -> "_Node":
        """Return the branch of a name, which is made when it is new."""
        value = f"{self.value}{BETWEEN}{name}" if self.value else name
        return self.nodes.setdefault(name, _Node(name, value))

    def freeze(self) -> Branch:
        """Return the branch as it has become."""
        branches = tuple(node.freeze() for node in self.nodes.values())
        total = (self.count or 0) + sum(branch.total for branch in branches)
        return Branch(
            name=self.name, value=self.value, count=self.count, total=total, branches=branches
        )


def grow_tree(lines: Iterable[LabelLine]) -> tuple[Branch, ...]:
    """Return the branches that classifiers make, in the order in which they come."""
    root = _Node("", "")
    for line in lines:
        node = root
        for name in line.value.split(BETWEEN, _MOST_PARTS - 1):
            node = node.grow(name)
        node.count = line.count
    return root.freeze().branches
