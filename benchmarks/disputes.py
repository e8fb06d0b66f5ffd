"""Figures of the group ``disputes``."""

from benchmarks.ledger import Measurement
from benchmarks.spine import apart
from benchmarks.suites import Suite, fallen

COMMAND = "./start figures disputes --only"
PROVEN = (
    Suite(
        "MT-moves", "moves × states × roles of a dispute answered otherwise than the table says; rows not reached",
        ("tests/disputes/test_workflow_matrix.py", "tests/disputes/test_every_row.py"),
    ),
    Suite("MT-loop", "random histories of disputes that broke an invariant", ("tests/disputes/test_loop.py",)),
    Suite(
        "MT-walk", "from the grid worker's report to the confirmed agreement in the browser, papers read: broken",
        ("tests/browser/test_disputes.py",),
    ),
    Suite(
        "MT-private", "narrative words outside their readers: pages, API, exports, search, logs, broker, second wall",
        ("tests/disputes/test_canary.py", "tests/disputes/test_wall.py", "tests/access/test_two_worlds.py"),
    ),
)
NIGHT = (
    Suite(
        "MT-night", "500 random histories of 50 steps that broke an invariant or left a verb undone",
        ("tests/disputes/test_loop.py",), night=True,
    ),
)
MEASUREMENTS: list[Measurement] = [
    Measurement("clocks", lambda: apart("benchmarks.disputes_clocks")),
    Measurement("rooms", lambda: apart("benchmarks.disputes_rooms")),
    Measurement("learning", lambda: apart("benchmarks.disputes_learning")),
    Measurement("proven", lambda: fallen(PROVEN, f"{COMMAND} proven")),
    Measurement("night", lambda: fallen(NIGHT, f"{COMMAND} night"), by_name=True),
]
