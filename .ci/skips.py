"""Fails where a test was skipped without a right to, and says what was. Reads a JUnit report of pytest."""

from __future__ import annotations

import sys
from xml.etree import ElementTree

ALLOWED = ("shared/data", "is not served here")
"""Measurements on public data need files that are not part of the project; other people's systems are
installed from where other people serve them. All else is the project's own.
"""


def main(report: str) -> None:
    """Print what was skipped without a right to; exit 1 where there is any."""
    cases = list(ElementTree.parse(report).iter("testcase"))
    reasons = {
        f"{case.get('classname')}.{case.get('name')}": skipped.get("message") or ""
        for case in cases
        if (skipped := case.find("skipped")) is not None
    }
    wrong = [
        f"  {test}: {reason}"
        for test, reason in reasons.items()
        if not any(allowed in reason for allowed in ALLOWED)
    ]
    if wrong:
        sys.exit(
            "\n".join(
                ["no test may be skipped in CI but for absent data and systems that are not served:", *wrong]
            )
        )
    print(f"{len(cases)} tests, {len(reasons)} of them skipped:", *sorted(set(reasons.values())), sep="\n  ")


if __name__ == "__main__":
    main(sys.argv[1])
