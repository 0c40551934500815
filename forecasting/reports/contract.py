"""What came of a check of a user's own model, policy or cost rule, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from forecasting.contract.check import Checked
from models.contract.suite import Finding


def contract_text(checked: Sequence[Checked]) -> str:
    """A line a rule: ok, or the fault."""
    parts = []
    for each in checked:
        lines = [_line(finding) for finding in each.findings]
        held = sum(finding.holds for finding in each.findings)
        verdict = "all hold" if held == len(lines) else f"{held} hold, {len(each.faults)} broken"
        left_out = len(lines) - held - len(each.faults)
        if left_out:
            verdict += f", {left_out} not checked"
        head = f"{each.kind} {each.name}: {len(lines)} rules, {verdict}"
        parts.append("\n".join([head, *lines]))
    return "\n\n".join(parts)


def _line(finding: Finding) -> str:
    if finding.fault:
        return f"  FAULT        {finding.says}\n               {finding.fault}"
    if finding.left_out:
        return f"  not checked  {finding.says} ({finding.left_out})"
    return f"  ok           {finding.says}"
