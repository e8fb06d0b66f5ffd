"""Reference data of the hotline into their tables. Run again it touches nothing an administrator has changed."""

from __future__ import annotations

import json

from casework.clock import loader
from casework.models import LadderRung
from hotline.limits import DATA


def load_reference(*, overwrite: bool = True) -> dict[str, int]:
    """Load everything; counts by table of what the files hold."""
    counts = {"hotline_rungs": _load_ladder(overwrite)}
    loader.forget()
    return counts


def _load_ladder(overwrite: bool) -> int:
    found = json.loads((DATA / "ladder.json").read_text(encoding="utf-8"))
    rows = [
        LadderRung(
            ladder=found["code"], code=rung["code"], position=position, at_percent=rung["at_percent"],
            actions=rung["actions"], colour=rung["colour"],
        )
        for position, rung in enumerate(found["rungs"])
    ]
    if overwrite:
        LadderRung.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["ladder", "position"],
            update_fields=["code", "at_percent", "actions", "colour"],
        )
    else:
        LadderRung.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
