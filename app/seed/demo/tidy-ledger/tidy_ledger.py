"""Double-entry bookkeeping in plain text that adds up to the cent."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

__version__ = "@version@"

_LINE = re.compile(r"(?P<day>\S+)\s+(?P<giver>\S+)\s+->\s+(?P<taker>\S+)\s+(?P<amount>[\d.]+)")


@dataclass(frozen=True)
class Entry:
    """An amount that leaves one account and arrives in another."""

    day: str
    giver: str
    taker: str
    amount: Decimal


@dataclass(frozen=True)
class Journal:
    """Entries in the order in which they were written."""

    entries: tuple[Entry, ...]

    @classmethod
    def read(cls, text: str) -> Journal:
        """Return the journal that a text holds; other lines are remarks."""
        found = (_LINE.match(line.strip()) for line in text.splitlines())
        return cls(
            tuple(Entry(m["day"], m["giver"], m["taker"], Decimal(m["amount"])) for m in found if m)
        )

    def balances(self) -> dict[str, Decimal]:
        """Return what is on every account; the sum of it is zero."""
        sums: Counter[str] = Counter()
        for entry in self.entries:
            sums[entry.giver] -= entry.amount  # type: ignore[assignment]
            sums[entry.taker] += entry.amount  # type: ignore[assignment]
        return {name: Decimal(amount) for name, amount in sorted(sums.items())}

    def balance(self, account: str) -> Decimal:
        """Return what is on one account."""
        return self.balances().get(account, Decimal(0))


def main() -> None:
    """Print the balances of the journals that the command line names."""
    for path in sys.argv[1:]:
        for account, amount in Journal.read(Path(path).read_text()).balances().items():
            sys.stdout.write(f"{account:<30}{amount:>12}\n")
