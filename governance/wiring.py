"""Binds rooms that may not know each other: who listens to whose announcement."""

from disputes import learning as dispute_learning

dispute_learning.register_tasks()
