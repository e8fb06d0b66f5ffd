"""Binds rooms that may not know each other: who listens to whose announcement."""

from casework import portraits as photos
from disputes import learning as dispute_learning
from events.citizen import elsewhere
from grids import portraits
from hotline import public as hotline_public

dispute_learning.register_tasks()
elsewhere.bind(hotline_public.ROOM)
portraits.bind(photos.known)
