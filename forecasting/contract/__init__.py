"""What every policy and cost rule promises, as rules that run; and the check of a user's file.

| file | holds |
|---|---|
| ``situations.py`` | made reviews that policies are tried on |
| ``policies.py`` | the rules that a policy is held to |
| ``cost_rules.py`` | those of a cost rule |
| ``check.py`` | use case ``check``: whatever is in a file, held to what it is to be |

Rules of demand models, and how rules are gone through, are in ``models/contract/``.
"""
