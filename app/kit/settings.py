"""Settings: environment (`AUTHER_…`), `.env`, `auther.toml`, in that order of precedence.

Each field is documented where it is declared; `auther config show` and the README's table are
made from here. `load_settings` reports every problem at once.
"""

from __future__ import annotations

import os
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from app.kit.settings_policies import PolicySettings
from app.kit.settings_rules import (
    LOOPBACK_HOSTS,
    MIN_SECRET_BYTES,
    DatabaseUrl,
    Duration,
    Grace,
    IpAddress,
    Label,
    MailFrom,
    Networks,
    PublicUrl,
    Secret,
    Secrets,
    SmtpUrl,
    Targets,
    Words,
    local_url,
)

__all__ = ["LOOPBACK_HOSTS", "MIN_SECRET_BYTES", "Settings", "SettingsProblem", "load_settings"]

_TOML_FILE = "auther.toml"
_CONSEQUENCE = "default_factory_not_called"


def _count_cores() -> int:
    """Cores that this process may use; fewer than the machine has where it is pinned."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(PolicySettings):
    """Everything an operator can set. Durations are ISO 8601 (`PT15M`) or seconds."""

    model_config = SettingsConfigDict(
        env_prefix="AUTHER_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, validate_default=True
    )

    # --- where it runs ---------------------------------------------------------------------
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    public_url: PublicUrl = Field(
        default_factory=local_url, description="Where browsers and apps reach Auther; also the OIDC issuer."
    )
    admin_host: IpAddress | None = Field(
        None, description="Moves console, GraphiQL and operators' API to a listener at this address."
    )
    admin_port: int | None = Field(None, ge=1, le=65535, description="Moves them to a listener on this port.")
    workers: int = Field(1, ge=1, le=64, description="Server processes.")
    trusted_proxies: Networks = Field(
        (), description="Networks whose X-Forwarded-For and -Proto are believed, comma-separated."
    )
    data_dir: Path = Field(Path(".auther"), description="Where the embedded database and the generated secret live.")
    database_url: DatabaseUrl | None = Field(
        None, description="PostgreSQL 14 or newer, `postgres://user:pass@host/db`. Empty: embedded."
    )
    database_pool_size: int = Field(10, ge=2, le=200, description="Connections a process may hold.")
    run_worker: bool = Field(True, description="Run background jobs inside the server process.")
    graphiql: bool = Field(True, description="Serve the GraphQL explorer at /graphiql.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged.")
    log_format: Literal["console", "json"] = Field("console", description="How it is logged.")

    # --- metrics ---------------------------------------------------------------------------
    metrics_token: Secret | None = Field(
        None, description="Serves /metrics to whoever sends this as a bearer token; 32 bytes or more."
    )
    metrics_port: int | None = Field(None, ge=1, le=65535, description="Serves /metrics on a port of its own.")
    metrics_host: str = Field("127.0.0.1", description="Address that the metrics' own port listens on.")

    # --- secrets ---------------------------------------------------------------------------
    secret: Secret | None = Field(
        None, description="Root secret, 32 bytes or more. Empty: made once in the data directory."
    )
    secret_previous: Secrets = Field(
        (), description="Former root secrets, comma-separated; they still open what they sealed."
    )

    # --- sign-up, sign-in, sessions ----------------------------------------------------------
    signup_policy: Literal["closed", "invite", "domain", "open"] = Field(
        "closed", description="Who may sign up by themselves."
    )
    signup_domains: Words = Field((), description="Mail domains that may sign up under the policy `domain`.")
    session_idle_ttl: Duration = Field(timedelta(hours=12), description="A session ends after so long without use.")
    session_absolute_ttl: Duration = Field(timedelta(days=14), description="A session ends after so long in any case.")
    signin_failures_before_delay: int = Field(5, ge=1, description="Wrong passwords before an account slows down.")
    signin_failures_before_lock: int = Field(
        20, ge=2, description="Wrong passwords before strangers are locked out of an account."
    )
    signin_lock_ttl: Duration = Field(
        timedelta(minutes=15), description="How long failures are remembered and a lock lasts."
    )
    signin_attempts_per_address: int = Field(
        100, ge=1, description="Sign-in attempts an address (IPv6: a /64) has per lock period."
    )
    require_mfa: bool = Field(False, description="Whether everybody needs a second factor to sign in.")
    email_link_ttl: Duration = Field(timedelta(hours=24), description="Life of an e-mail verification link.")
    reset_link_ttl: Duration = Field(timedelta(minutes=30), description="Life of a password reset link.")
    password_min_length: int = Field(8, ge=8, le=128, description="Shortest password that is accepted.")
    argon2_memory_kib: int = Field(19_456, ge=8_192, le=1_048_576, description="Argon2id memory, KiB.")
    argon2_time_cost: int = Field(2, ge=1, le=16, description="Argon2id iterations.")
    argon2_parallelism: int = Field(1, ge=1, le=16, description="Argon2id lanes.")
    argon2_concurrency: int = Field(default_factory=_count_cores, ge=1, le=64, description="Hashes computed at once.")
    argon2_queue: int = Field(512, ge=1, description="Sign-ins that may wait for a hash before 503 is answered.")

    # --- OIDC ------------------------------------------------------------------------------
    code_ttl: Duration = Field(timedelta(seconds=60), description="Life of an authorization code.")
    access_token_ttl: Duration = Field(
        timedelta(minutes=15), description="Life of an access token, unless the client says otherwise."
    )
    id_token_ttl: Duration = Field(timedelta(hours=1), description="Life of an ID token.")
    refresh_token_idle_ttl: Duration = Field(
        timedelta(days=14), description="A refresh token dies after so long without use."
    )
    refresh_token_ttl: Duration = Field(
        timedelta(days=90), description="A refresh token family dies after so long in any case."
    )
    refresh_grace: Grace = Field(
        timedelta(seconds=10),
        description="A spent refresh token gives the same successor for so long.",
    )
    signing_algorithms: Words = Field(("RS256", "ES256", "EdDSA"), description="Algorithms that have a key.")
    default_id_token_alg: Literal["RS256", "ES256", "EdDSA"] = Field(
        "RS256", description="How ID tokens are signed by default."
    )
    access_token_alg: Literal["RS256", "ES256", "EdDSA"] = Field("ES256", description="How access tokens are signed.")
    key_rotation: Duration = Field(timedelta(days=30), description="Age at which a signing key gets its successor.")
    key_retention: Duration = Field(timedelta(days=60), description="How long a retired key still verifies.")

    # --- GraphQL ---------------------------------------------------------------------------
    graphql_max_depth: int = Field(15, ge=3, description="Deepest nesting of a query.")
    graphql_max_aliases: int = Field(100, ge=1, description="Most aliases in one document.")
    graphql_max_tokens: int = Field(5_000, ge=100, description="Most lexical tokens in one document.")
    graphql_max_cost: int = Field(20_000, ge=100, description="Most nodes that a document may ask for.")
    graphql_max_body_bytes: int = Field(262_144, ge=1_024, description="Largest request body, bytes.")
    graphql_timeout: Duration = Field(timedelta(seconds=15), description="A request is given up after so long.")
    graphql_ad_hoc: Literal["operators", "everyone"] = Field(
        "operators", description="Whose sessions may run documents other than ours. Keys and access tokens always may."
    )
    graphql_budget: int = Field(1_000_000, ge=0, description="Cost that a caller may ask for per minute. 0: any.")
    graphql_anonymous_budget: int = Field(
        50_000, ge=0, description="Cost that an address (IPv6: a /64) may ask for per minute without a caller. 0: any."
    )

    # --- permissions -----------------------------------------------------------------------
    super_admin_bypass: bool = Field(
        True, description="Whether a super admin of the platform may do everything in every application, too."
    )
    authz_index: bool = Field(True, description="Keep all tuples in memory and answer checks from there.")
    authz_history: Duration = Field(
        timedelta(days=1), description="How long a revision of the tuples can be read after it was superseded."
    )
    token_permissions_max_bytes: int = Field(
        6_144, ge=256, le=10_240, description="Largest map of permissions in a token, bytes of JSON."
    )
    api_key_env: Label = Field("live", description="What new API keys say of where they belong: `ak_<env>_…`.")

    # --- outbound --------------------------------------------------------------------------
    outbound_allow: Targets = Field(
        (), description="Targets such as `localhost:3000` that may be called without TLS and at private addresses."
    )
    registration_outbound_allow: Targets = Field(
        (), description="The same for what clients name that nobody but themselves described. For tests only."
    )

    # --- mail ------------------------------------------------------------------------------
    smtp_url: SmtpUrl | None = Field(None, description="`smtp[s]://user:pass@host`. Empty: mail stays in the outbox.")
    mail_from: MailFrom = Field("Auther <no-reply@localhost>", description="Sender of mail.")
    product_name: str = Field("Auther", max_length=60, description="Name shown on sign-in pages and in mail.")

    # --- audit -----------------------------------------------------------------------------
    audit_retention: Duration = Field(timedelta(days=365), description="How long audit events are kept.")

    @field_validator("signup_domains")
    @classmethod
    def _check_domains(cls, values: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("signup_policy") == "domain" and not values:
            raise ValueError("must name a domain such as example.com when AUTHER_SIGNUP_POLICY is domain")
        return values

    @field_validator("signin_failures_before_lock")
    @classmethod
    def _check_lock(cls, value: int, info: ValidationInfo) -> int:
        if value <= info.data.get("signin_failures_before_delay", 0):
            raise ValueError("must be larger than AUTHER_SIGNIN_FAILURES_BEFORE_DELAY")
        return value

    @field_validator("access_token_ttl")
    @classmethod
    def _check_token_ttl(cls, value: timedelta) -> timedelta:
        if not timedelta(minutes=5) <= value <= timedelta(minutes=60):
            raise ValueError("must lie between 5 and 60 minutes")
        return value

    @field_validator("signing_algorithms")
    @classmethod
    def _check_algorithms(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if set(values) - {"RS256", "ES256", "EdDSA"} or not values:
            raise ValueError("must name some of RS256, ES256, EdDSA")
        return tuple(dict.fromkeys(values))

    @field_validator("default_id_token_alg", "access_token_alg")
    @classmethod
    def _check_has_key(cls, value: str, info: ValidationInfo) -> str:
        if value not in info.data.get("signing_algorithms", (value,)):
            raise ValueError("must be one of AUTHER_SIGNING_ALGORITHMS")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls, _toml_path())

    @property
    def issuer(self) -> str:
        """The OIDC issuer identifier, without a trailing slash."""
        return self.public_url

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def root_secrets(self) -> tuple[str, ...]:
        """The current root secret, then former ones.

        Raises:
            RuntimeError: before a secret was configured or made (`app.kit.secret_file`).
        """
        if self.secret is None:
            raise RuntimeError("no secret: configure AUTHER_SECRET or call ensure_secret")
        return (self.secret.get_secret_value(), *(old.get_secret_value() for old in self.secret_previous))


class SettingsProblem(Exception):
    """The configuration is wrong; `problems` has one line for each mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_settings(**explicit: object) -> Settings:
    """Read settings; explicit values win over every source.

    Raises:
        SettingsProblem: naming everything that is wrong, with the variable to change.
    """
    problems = _check_toml()
    if problems:
        raise SettingsProblem(problems)
    try:
        return Settings(**explicit)  # type: ignore[arg-type]
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        raise SettingsProblem([_describe(item) for item in found if item["type"] != _CONSEQUENCE]) from None


def _toml_path() -> Path:
    return Path(os.environ.get("AUTHER_CONFIG") or _TOML_FILE)


def _check_toml() -> list[str]:
    path = _toml_path()
    if not path.exists():
        return [f"AUTHER_CONFIG: there is no file {path}"] if os.environ.get("AUTHER_CONFIG") else []
    try:
        names = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        return [f"{path}: cannot be read: {error}"]
    return [f"{path}: there is no setting {name}" for name in names if name not in Settings.model_fields]


def _describe(item: Any) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    place = ".".join(str(part) for part in item["loc"][1:])
    return f"AUTHER_{str(item['loc'][0]).upper()}{f' ({place})' if place else ''}: {message}"
