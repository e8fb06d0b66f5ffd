"""``python -m benchmarks.figures GROUP [--only NAME …]``: measure a group, print the table, write the file.

Every figure is measured when asked. Exit code 1 if one falls short of its limit.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback

from benchmarks import ledger


def groups() -> dict[str, list[ledger.Measurement]]:
    """Measurements by group, in the order in which they run."""
    from benchmarks import disputes, hotline, spine

    return {"spine": spine.MEASUREMENTS, "hotline": hotline.MEASUREMENTS, "disputes": disputes.MEASUREMENTS}


def main(argv: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="figures")
    parser.add_argument("group")
    parser.add_argument("--only", nargs="*", help="names of single measurements")
    wanted = parser.parse_args(argv)
    known = groups()
    if wanted.group not in known:
        print(f"no group {wanted.group}; there is: {', '.join(known)}", file=sys.stderr)
        return 2
    found: list[ledger.Figure] = []
    broken = 0
    for measurement in known[wanted.group]:
        if measurement.name not in wanted.only if wanted.only else measurement.by_name:
            continue
        began = time.monotonic()
        print(f"… {measurement.name}", file=sys.stderr, flush=True)
        try:
            figures = list(measurement.run())
        except Exception:  # a measurement that breaks is shown and counts as fallen short; the others still run
            traceback.print_exc()
            broken += 1
            continue
        found += figures
        ledger.write(figures)
        print(f"  {measurement.name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(ledger.table(found))
    short = [figure.id for figure in found if not figure.ok]
    if short or broken:
        print(f"\n{len(short)} short of the limit: {', '.join(short)}; {broken} not measured", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
