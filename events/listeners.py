"""What happens below that events must follow: land that moves takes its events' paths along."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from events import placing
from grids.tree import on_repath

_REPATH = """
    UPDATE events_event SET area_path = %(new)s || substr(area_path, %(from)s),
           district_code = COALESCE((SELECT c FROM unnest(string_to_array(%(new)s || substr(area_path, %(from)s), '/')) c
                                      WHERE length(c) = 6 LIMIT 1), ''),
           street_code = COALESCE((SELECT c FROM unnest(string_to_array(%(new)s || substr(area_path, %(from)s), '/')) c
                                    WHERE length(c) = 9 LIMIT 1), ''),
           community_code = COALESCE((SELECT c FROM unnest(string_to_array(%(new)s || substr(area_path, %(from)s), '/')) c
                                       WHERE length(c) = 12 LIMIT 1), ''),
           grid_code = COALESCE((SELECT c FROM unnest(string_to_array(%(new)s || substr(area_path, %(from)s), '/')) c
                                  WHERE length(c) = 15 LIMIT 1), '')
     WHERE area_path LIKE %(like)s
"""


@on_repath
def follow_the_land(changes: Sequence[tuple[str, str]]) -> None:
    """Rewrite path and level codes of every event inside the moved land, open or ended, in the same transaction.
    No trail row: nobody did anything to the event; the lineage of the area tells."""
    with connection.cursor() as cursor:
        for old, new in changes:
            cursor.execute(_REPATH, {"new": new, "from": len(old) + 1, "like": f"{old}%"})
    placing.forget()
