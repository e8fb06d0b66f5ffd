"""Figures of the group ``hotline``."""

from benchmarks.ledger import Measurement

MEASUREMENTS: list[Measurement] = []
