"""Figures of the group ``hotline``."""

from benchmarks.ledger import Measurement
from benchmarks.spine import apart

MEASUREMENTS: list[Measurement] = [
    Measurement("fuzhou", lambda: apart("benchmarks.hotline_import")),
    Measurement("knowledge", lambda: apart("benchmarks.hotline_knowledge")),
    Measurement("learning", lambda: apart("benchmarks.hotline_learning")),
]
