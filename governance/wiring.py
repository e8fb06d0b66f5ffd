"""Binds rooms that may not know each other: who listens to whose announcement."""
