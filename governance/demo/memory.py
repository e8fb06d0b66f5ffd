"""What the time machine must not forget when it is killed: counters that commit with the work they count.

They live in the table of number series, which is just that: a name and the last number taken.
"""

from __future__ import annotations

from casework.models import NumberSeries

PREFIX = "demo:"


def recall(name: str) -> int | None:
    """The number kept under this name, or None."""
    return NumberSeries.objects.filter(key=PREFIX + name).values_list("last", flat=True).first()


def keep(name: str, number: int) -> None:
    """Keep it, in the transaction one is in."""
    NumberSeries.objects.update_or_create(key=PREFIX + name, defaults={"last": number})


def forget(name: str = "") -> None:
    """Forget what begins with this name."""
    NumberSeries.objects.filter(key__startswith=PREFIX + name).delete()
