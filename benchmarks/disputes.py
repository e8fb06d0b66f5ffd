"""Figures of the group ``disputes``."""

from benchmarks.ledger import Measurement
from benchmarks.spine import apart

MEASUREMENTS: list[Measurement] = [
    Measurement("clocks", lambda: apart("benchmarks.disputes_clocks")),
    Measurement("rooms", lambda: apart("benchmarks.disputes_rooms")),
    Measurement("learning", lambda: apart("benchmarks.disputes_learning")),
]
