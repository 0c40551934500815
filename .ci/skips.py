"""Fails where a test was skipped for anything but data that is not there. Reads a JUnit report of pytest."""

from __future__ import annotations

import sys
from xml.etree import ElementTree

ALLOWED = "shared/data"
"""Measurements on public data need files that are not part of the project."""


def main(report: str) -> None:
    """Print what was skipped without a right to; exit 1 where there is any."""
    cases = list(ElementTree.parse(report).iter("testcase"))
    reasons = {
        f"{case.get('classname')}.{case.get('name')}": skipped.get("message") or ""
        for case in cases
        if (skipped := case.find("skipped")) is not None
    }
    wrong = [f"  {test}: {reason}" for test, reason in reasons.items() if ALLOWED not in reason]
    if wrong:
        sys.exit("\n".join(["no test may be skipped in CI except for absent data:", *wrong]))
    print(f"{len(cases)} tests, {len(reasons)} of them skipped for absent data")


if __name__ == "__main__":
    main(sys.argv[1])
