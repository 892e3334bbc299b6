"""Every setting of a node, as one frozen object that is built once and passed in."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from koinon.model.errors import ConfigurationError
from koinon.model.namespaces import BASE, PEERS

_BASE: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._-]+)*/")


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
    base: str = Field(
        default=BASE,
        description="What the IRIs of this node's things, graphs and releases begin with, with a slash at its end: "
        "for ever, and read when the process starts.",
    )
    peers: str = Field(
        default=PEERS,
        description="Bases of other nodes whose things this node may hold as it follows them, separated by commas; "
        "read when the process starts.",
    )
    publisher: str = Field(
        default="Koinon",
        description="Who runs this node, as catalogues and citations name it; no name of a person.",
    )
    contact: str = Field(
        default="",
        description="Where to write to: an https:// or mailto: address of the node's desk; by default its home "
        "page.",
    )
    shapes: Path | None = Field(
        default=None,
        description="GeoJSON file with the boundaries of regions, in degrees, by their NUTS codes, which maps then "
        "show; by default regions are dots. `koinon doctor` says how to get one.",
    )
    shapes_credit: str = Field(
        default="© EuroGeographics for the administrative boundaries",
        description="Credit line of these boundaries, as maps show it.",
    )
    host: str = Field(default="127.0.0.1", description="Address the service listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the service listens on.")
    query_timeout: float = Field(
        default=15.0, gt=0, description="Seconds after which a query is stopped; waiting for a worker counts."
    )
    query_workers: int = Field(default=2, ge=1, le=64, description="Short queries that run at a time.")
    query_workers_most: int = Field(
        default=8,
        ge=1,
        le=256,
        description="Queries that run at a time, each in a process, where some have been running for a while.",
    )
    query_queue: int = Field(default=64, ge=0, description="Queries that may wait for a worker.")
    query_max_bytes: int = Field(default=64 * 2**20, gt=0, description="Largest answer, in bytes.")
    query_spool: int = Field(
        default=2**29,
        gt=0,
        description="Bytes of large answers that may wait for their readers; a fourth of them those of one client.",
    )
    query_max_rows: int = Field(default=1_000_000, gt=0, description="Most rows or triples of an answer.")
    query_memory: int = Field(default=2**30, gt=0, description="Memory a query worker may use, in bytes.")
    query_max_length: int = Field(default=100_000, gt=0, description="Longest query text, in characters.")
    query_max_depth: int = Field(default=100, gt=0, description="Brackets of a query that may be open at once.")
    query_max_operators: int = Field(
        default=2_000, gt=0, description="Clauses, operators and path steps of a query, in all."
    )
    query_cache: int = Field(
        default=32 * 2**20, ge=0, description="Bytes of answers that are kept in memory; 0 keeps none."
    )
    query_log: Literal["off", "hash", "text"] = Field(
        default="hash",
        description="What the query log in the home says of a query's text: its hash, the text itself, or nothing "
        "is logged at all.",
    )
    check_workers: int = Field(
        default=2, ge=1, le=64, description="Checks of data that run at a time, each in a process."
    )
    check_queue: int = Field(default=16, ge=0, description="Checks of data that may wait.")
    check_timeout: float = Field(
        default=20.0,
        gt=0,
        description="Seconds of processor time after which a check of data is stopped; it may wait for three times "
        "as long.",
    )
    check_memory: int = Field(default=2**30, gt=0, description="Memory that a check of data may use, in bytes.")
    check_max_bytes: int = Field(default=8 * 2**20, gt=0, description="Most bytes that are checked at once.")
    client_seconds: float = Field(
        default=60.0, ge=0, description="Seconds of work that one client may cause per minute; 0 sets no limit."
    )
    client_requests: int = Field(
        default=60_000, ge=0, description="Queries that one client may send per minute; 0 sets no limit."
    )
    client_errors: int = Field(
        default=600, ge=0, description="Queries of one client that may fail per minute; 0 sets no limit."
    )
    client_pending: int = Field(default=16, gt=0, description="Queries of one client that may run or wait at once.")
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks of reverse proxies, separated by commas, whose X-Forwarded-For and "
        "X-Forwarded-Proto are believed.",
    )
    max_connections: int = Field(
        default=1_000, ge=8, description="Open connections; beyond it, those that are idle for longest are closed."
    )
    request_timeout: float = Field(
        default=10.0, gt=0, description="Seconds within which a request has to come in, headers and body."
    )
    upload_timeout: float = Field(
        default=120.0, gt=0, description="Seconds more that a source has which is handed in with a valid token."
    )
    idle_timeout: float = Field(
        default=15.0, gt=0, description="Seconds that a connection may stay open between requests."
    )
    send_timeout: float = Field(
        default=20.0, gt=0, description="Seconds after which a reader who takes nothing of an answer is left."
    )
    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Port of 127.0.0.1 for /metrics; by default the one after the service's port. 0 opens none.",
    )
    keep_releases: int = Field(default=10, ge=1, description="Releases that are kept; older ones are collected.")
    disk_quota: int = Field(default=10 * 2**30, gt=0, description="Bytes that all releases together may use.")
    dumps: bool = Field(
        default=True, description="Whether files for download are made of each release, after it is published."
    )
    max_literal: int = Field(default=2**20, gt=0, description="Longest literal of a source, in bytes.")
    max_source: int = Field(default=2**30, gt=0, description="Largest file of a source, in bytes.")
    builder: bool = Field(
        default=True,
        description="Whether `koinon serve` builds by itself whenever a source was accepted or withdrawn.",
    )
    token_changes: int = Field(
        default=600, ge=0, description="Sources that one token may change per hour; 0 sets no limit."
    )
    sources_quota: int = Field(
        default=10 * 2**30,
        gt=0,
        description="Bytes that all kept sources together may use; beyond it nothing is taken over HTTP.",
    )
    operator: str = Field(
        default="operator",
        description="Who changes sources, as the journals say it: a role, no name of a person; --by overrides it.",
    )
    allowed_hosts: str = Field(
        default="",
        description="Hosts that sources may be fetched from, separated by commas, with a port where it is not 443 "
        "and with http:// before those without HTTPS; by default none.",
    )
    fetch_timeout: float = Field(
        default=60.0, gt=0, description="Seconds that fetching a source, or one page of a harvest, may take in all."
    )
    harvest_timeout: float = Field(default=3600.0, gt=0, description="Seconds that one harvest may take in all.")
    harvest_requests: int = Field(
        default=10_000, gt=0, description="Requests of one harvest, and pages that an event stream may have."
    )
    harvest_pause: float = Field(
        default=0.1, ge=0, description="Seconds between two requests of a harvest to the same peer."
    )

    @field_validator("base", "peers")
    @classmethod
    def _bases(cls, given: str, field: ValidationInfo) -> str:
        own = field.field_name == "base"
        for base in [given] if own else filter(None, map(str.strip, given.split(","))):
            if not _BASE.fullmatch(base):
                raise ValueError(
                    f"{base!r} is no base such as https://data.example.org/koinon/ (with its last slash)"
                )
        if given != (BASE if own else PEERS):
            raise ValueError("it is read when the process starts: set the variable in its environment")
        return given

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
            problems = "; ".join(cls._told(str(e["loc"][0]), e["msg"]) for e in error.errors())
            raise ConfigurationError(f"Wrong setting: {problems}.") from error

    @classmethod
    def _told(cls, name: str, problem: str) -> str:
        """Return what is wrong with a setting, what it is for, and what it is where nobody sets it."""
        field = cls.model_fields[name]
        meant = (field.description or "").rstrip(".")
        default = f"; by default {field.default}" if field.default not in (None, "") else ""
        return f"KOINON_{name.upper()}: {problem.removeprefix('Value error, ')} ({meant}{default})"
