"""Figures of the group ``hotline``."""

from benchmarks.ledger import Measurement
from benchmarks.spine import apart
from benchmarks.suites import Suite, fallen

PROVEN = (
    Suite(
        "HL-moves", "moves × states × roles of an order answered otherwise than the table says",
        ("tests/hotline/test_workflow_matrix.py",),
    ),
    Suite("HL-loop", "random histories of orders that broke an invariant", ("tests/hotline/test_invariants.py",)),
    Suite(
        "HL-desk", "drafts, focus, ticks, caret through polls, reloads, sign-out, outage; F9 sent exactly once: broken",
        ("tests/browser/test_hotline.py",),
    ),
    Suite(
        "HL-private", "caller's data outside the declared roles, reveals without a row, deliveries with a broken read log",
        (
            "tests/access/test_reads.py", "tests/access/test_every_read.py", "tests/events/test_masking.py",
            "tests/access/test_two_worlds.py", "tests/access/test_bodies.py",
        ),
    ),
    Suite("HL-schema", "server errors of the API under generated input as four roles", ("tests/api/test_schemathesis.py",)),
)
MEASUREMENTS: list[Measurement] = [
    Measurement("fuzhou", lambda: apart("benchmarks.hotline_import")),
    Measurement("desk", lambda: apart("benchmarks.hotline_desk")),
    Measurement("knowledge", lambda: apart("benchmarks.hotline_knowledge")),
    Measurement("learning", lambda: apart("benchmarks.hotline_learning")),
    Measurement("proven", lambda: fallen(PROVEN, "./start figures hotline --only proven")),
]
