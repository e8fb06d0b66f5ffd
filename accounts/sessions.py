"""Sessions in the database, as Django keeps them; every request reads one, so the reading is planned once."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from accounts import prepared

_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's own in all but the reading."""

    def load(self) -> dict:
        with connection.cursor() as cursor:
            prepared.execute(cursor, _READ, [self.session_key, timezone.now()])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])
