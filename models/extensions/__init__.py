"""What a user wrote in one file, or installed, and named in a setting: found, and known by its content.

A name is that of a file, ``path/to/my_model.py:MyModel`` (the class may be left out where the file has one
that fits), or of an entry point of an installed package. It is plain text, and all that a process needs to
have the same object as another has.

| file | answers |
|---|---|
| ``names.py`` | is this the name of a file, and of what in it? |
| ``files.py`` | the file as a module, and its hash |
| ``loading.py`` | the one object in it that fits, or what is wrong |
| ``arrays.py`` | is what it answers an array of numbers? |
| ``guard.py`` | a user's model in use: a wrong answer stops it |
"""

from __future__ import annotations

from models.extensions.loading import Extension, ExtensionError, Kind, load
from models.extensions.names import is_file_name, located

__all__ = ["Extension", "ExtensionError", "Kind", "is_file_name", "load", "located"]
