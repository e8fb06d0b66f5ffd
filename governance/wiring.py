"""Binds rooms that may not know each other: who listens to whose announcement."""

from disputes import learning as dispute_learning
from events.citizen import elsewhere
from hotline import public as hotline_public

dispute_learning.register_tasks()
elsewhere.bind(hotline_public.ROOM)
