"""Every setting of a node, as one frozen object that is built once and passed in."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from koinon.model.errors import ConfigurationError


class Settings(BaseModel):
    """The settings of one node; each can be given as ``KOINON_<NAME>`` in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(default=Path("var"), description="Folder that holds everything koinon writes.")
    assets: Path | None = Field(
        default=None,
        description="Folder with ontology/, shapes/, data/ and queries/; by default those that koinon carries.",
    )
    public_url: str = Field(
        default="",
        description="Address under which readers reach the service, without a slash at its end; by default the "
        "address of each request. JSON-LD documents name their context under it.",
    )
    host: str = Field(default="127.0.0.1", description="Address the service listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the service listens on.")
    query_timeout: float = Field(default=15.0, gt=0, description="Seconds after which a query is stopped.")
    query_workers: int = Field(default=2, ge=1, le=64, description="Number of query worker processes.")
    query_queue: int = Field(default=32, ge=0, description="Queries that may wait for a worker.")
    query_max_bytes: int = Field(default=64 * 2**20, gt=0, description="Largest answer, in bytes.")
    query_memory: int = Field(default=2 * 2**30, gt=0, description="Memory a query worker may use, in bytes.")
    query_max_length: int = Field(default=100_000, gt=0, description="Longest query text, in characters.")
    keep_releases: int = Field(default=10, ge=1, description="Releases that are kept; older ones are collected.")
    disk_quota: int = Field(default=10 * 2**30, gt=0, description="Bytes that all releases together may use.")
    max_literal: int = Field(default=2**20, gt=0, description="Longest literal of a source, in bytes.")
    max_source: int = Field(default=2**30, gt=0, description="Largest file of a source, in bytes.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **given: object) -> Self:
        """Build the settings from ``KOINON_…`` variables; what is ``given`` (and not None) wins.

        An empty variable counts as not set. Raises ConfigurationError, naming the variable, for a wrong value.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, object] = {
            name: environment[f"KOINON_{name.upper()}"]
            for name in cls.model_fields
            if environment.get(f"KOINON_{name.upper()}")
        }
        values.update({name: value for name, value in given.items() if value is not None})
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            problems = "; ".join(f"KOINON_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
            raise ConfigurationError(f"Wrong setting: {problems}. See `koinon doctor`.") from error
