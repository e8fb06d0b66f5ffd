"""Figures of the group ``hotline``."""

from benchmarks.ledger import Measurement
from benchmarks.spine import apart

MEASUREMENTS: list[Measurement] = [
    Measurement("fuzhou", lambda: apart("benchmarks.hotline_import")),
    Measurement("desk", lambda: apart("benchmarks.hotline_desk")),
    Measurement("knowledge", lambda: apart("benchmarks.hotline_knowledge")),
    Measurement("learning", lambda: apart("benchmarks.hotline_learning")),
]
