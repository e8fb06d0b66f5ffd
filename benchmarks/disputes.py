"""Figures of the group ``disputes``."""

from benchmarks.ledger import Measurement

MEASUREMENTS: list[Measurement] = []
