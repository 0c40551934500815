"""The automatic choice: each item's model by what it would have cost at past dates.

| file | answers |
|---|---|
| ``automatic.py`` | ``choose``: from candidates and a history to a choice |
| ``candidates.py`` | who can be judged fairly, and who is worth judging on all items? |
| ``assignment.py`` | which model does each item get, given what each may be expected to lose? |
| ``choice.py`` | ``Choice``: what was chosen, and the forecast that comes of it |
| ``learnt.py`` | what does a sample of a company's items teach once for all of them? |
| ``revision.py`` | by how much do these forecasts change their mind within a quarter? |

What the losses were is ``models/shared/rolling_origin.py``, what may be expected of them
``models/shared/expected_losses.py``.
"""

from __future__ import annotations

from models.selection.automatic import choose
from models.selection.choice import Choice, ChosenForecast
from models.selection.learnt import Learnt, learn

__all__ = ["Choice", "ChosenForecast", "Learnt", "choose", "learn"]
