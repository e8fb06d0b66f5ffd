"""``python -m benchmarks [NAME …]``: the performance figures of the spine, beside their limits."""

from __future__ import annotations

import sys

from benchmarks import figures

PERFORMANCE = ("land", "intake", "http", "sweep")

if __name__ == "__main__":
    sys.exit(figures.main(["spine", "--only", *(sys.argv[1:] or PERFORMANCE)]))
