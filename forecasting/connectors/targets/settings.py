"""What the settings of all targets share: an unknown name is an error, a secret is named, never written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, model_validator

from forecasting.errors import ConfigError, known_names

LONGEST_SECRET = 10_000
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def wrong_settings(error: ValidationError, model: type[BaseModel]) -> str:
    """What is wrong with settings, in words. No value is repeated: it could be a secret."""
    said = []
    for each in error.errors():
        name = ".".join(map(str, each["loc"])) or "settings"
        if each["type"] == "extra_forbidden":
            known = [field.alias or label for label, field in model.model_fields.items()]
            hint = f": {known_names(name, known)}" if len(each["loc"]) == 1 else ""
            said.append(f"there is no {name}{hint}")
        elif each["type"] == "missing":
            said.append(f"{name} is missing")
        else:
            said.append(f"{name}: {each['msg'].removeprefix('Value error, ')}")
    return "; ".join(said)


class SecretSource(BaseModel):
    """Where a secret is: ``{env: NAME}`` or ``{file: PATH}``. The secret itself is refused here."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            raise ValueError("name where the secret is, {env: NAME} or {file: PATH}; not the secret itself")
        return given

    @model_validator(mode="after")
    def _one(self) -> SecretSource:
        if (self.env is None) == (self.file is None):
            raise ValueError("give one of env and file")
        return self

    def read(self) -> SecretStr:
        """The secret. Raises ConfigError where it is not there; the message does not hold it."""
        if self.env is not None:
            value = os.environ.get(self.env, "")
            if not value:
                raise ConfigError(f"the environment variable {self.env} is not set: a secret is read from it")
            return SecretStr(value)
        file = Path(str(self.file))
        try:
            with file.open(encoding="utf-8") as opened:
                text = opened.read(LONGEST_SECRET).rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise ConfigError(f"{file}: the secret in it cannot be read ({reason})") from None
        if not text:
            raise ConfigError(f"{file}: is empty; a secret is read from it")
        return SecretStr(text)


class TargetSettings(BaseModel):
    """Settings of one target. An unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class HttpSettings(TargetSettings):
    """Settings of a target that is reached by HTTP. ``timeout``: seconds to connect, and for an answer."""

    url: str
    timeout: float = 30.0
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _safe(self) -> HttpSettings:
        safe_url(self.url)
        return self


def safe_url(url: str) -> str:
    """The URL, if nobody on the way can read or change what goes there.

    Raises ValueError, which does not repeat it.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise ValueError("this is no URL") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and host in THIS_MACHINE):
        raise ValueError("the URL must begin with https://; http:// is for this machine")
    if not host:
        raise ValueError("the URL names no host")
    if "@" in parts.netloc:
        raise ValueError("the URL must not hold a user or password")
    return url
