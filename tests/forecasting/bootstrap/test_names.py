"""The names of the composition root are use cases, however late they are imported."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

import forecasting.bootstrap as root


@pytest.mark.parametrize("name", root.__all__)
def test_a_name_is_what_it_says_and_never_the_module_of_that_name(name):
    assert not isinstance(getattr(root, name), ModuleType)
    # Once more, its module being there by now.
    assert not isinstance(getattr(root, name), ModuleType)


def test_each_is_imported_from_the_package_in_a_new_process():
    code = f"from types import ModuleType\nfrom forecasting.bootstrap import {', '.join(root.__all__)}\n"
    code += f"assert not any(isinstance(each, ModuleType) for each in ({', '.join(root.__all__)}))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_another_name_is_an_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = root.nothing
