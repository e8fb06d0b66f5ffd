"""Who does it: a person of the staff, the system, an outside platform, or a citizen with a code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from grids.scope import NOBODY, Rights, rights_of


@dataclass(frozen=True)
class Actor:
    """One argument everywhere. ``lane`` says which kind; only persons and platforms carry rights."""

    lane: str
    name: str
    user: User | None = None
    rights: Rights = field(default=NOBODY)
    unit_id: int | None = None

    @classmethod
    def person(cls, user: User, *, at: datetime) -> Actor:
        """A signed-in person (or the machine account of a platform) with the rights in force at ``at``."""
        rights = rights_of(user, at=at)
        unit_id = next((reach.unit_id for reach in rights.reaches if reach.unit_id), None)
        return cls("platform" if user.is_machine else "person", user.name, user, rights, unit_id)

    @classmethod
    def system(cls, name: str = "") -> Actor:
        """The product itself: a rule, a sweep."""
        return cls("system", name or _("系统"))

    @classmethod
    def citizen(cls, name: str = "") -> Actor:
        """Whoever holds the case's own code; may do what the citizen's page offers and nothing else."""
        return cls("citizen", name or _("群众"))

    @property
    def person_id(self) -> int | None:
        return self.user.pk if self.user else None

    @property
    def is_staff(self) -> bool:
        """A person or platform: its rights are asked. The system's and the citizen's are in the move."""
        return self.lane in ("person", "platform")
