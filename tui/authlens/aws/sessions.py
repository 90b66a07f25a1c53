"""boto3 sessions and clients for a target. One lock owns their making: a session is not thread-safe, a client is."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import botocore.exceptions
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES, ChainProvider
from botocore.utils import IMDSRegionProvider

from authlens.aws.botocore_internals import detach_processes, set_prompter
from authlens.aws.service_models import PartialData, PartialFiles
from authlens.core.request.target import Configured, NoProfile, StaticCredentials, Target
from authlens.core.text.url import is_loopback

Retries = Literal["once", "configured"]
"""`once`: one attempt whatever the environment says (P8). `configured`: as the AWS CLI v2 retries."""

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
CLI_TIMEOUT = 60.0


class MfaCodeNeeded(Exception):
    """A profile assumes a role with MFA, and the code cannot be asked for here."""

    def __init__(self, prompt: str) -> None:
        super().__init__(prompt)


def _nobody_to_ask(prompt: str) -> str:
    raise MfaCodeNeeded(prompt)


class Clients:
    """Makes and keeps the clients of every target met; sessions too, so that a role's credentials are cached."""

    def __init__(
        self, retries: Retries = "once", mfa_code: Callable[[str], str] | None = None, cache: Path | None = None
    ) -> None:
        """`cache` is a folder of ours for parts of botocore's data; without one it is read whole each time."""
        self._retries = retries
        self._cache = cache
        self._mfa_code = mfa_code or (_nobody_to_ask if retries == "once" else None)
        self._lock = threading.Lock()
        self._sessions: dict[Target, botocore.session.Session] = {}
        self._clients: dict[tuple[str, Target], Any] = {}
        # Reading the service model is most of a client's cost, so every session of ours shares one loader.
        self._loader: Any = None
        self.is_making = False
        """Whether a client is made just now: that is when botocore runs processes and asks the instance."""

    def client(self, service: str, target: Target, prepare: Callable[[Any], None]) -> Any:
        """The client; `prepare` is called once with a new one, before anybody shares it."""
        with self._lock:
            known = self._clients.get((service, target))
            if known is None:
                self.is_making = looks_for_credentials(target)
                try:
                    known = self._make(service, target)
                finally:
                    self.is_making = False
                prepare(known)
                self._clients[service, target] = known
            return known

    def prepare(self) -> None:
        """Read the service model, which is nine tenths of a first client's cost, without the user's settings."""
        nowhere = Target(region="us-east-1", endpoint_url="http://127.0.0.1:9", credentials=StaticCredentials("", ""))
        with self._lock:
            self._make("iot", nowhere)

    def region(self, target: Target) -> str | None:
        return self.configured(target).region

    def configured(self, target: Target) -> Configured:
        with self._lock:
            session = self._session(target)
            region: str | None = target.region or session.get_config_variable("region")
            return Configured(_profile(target, session.profile or "default"), region)

    def _make(self, service: str, target: Target) -> Any:
        if not target.verify_ssl:
            # Who asks for it knows; urllib3 would say it at every call, with a line of its source.
            warnings.filterwarnings("ignore", message="Unverified HTTPS request", module="urllib3")
        elsewhere = service != "iot" and not is_loopback(target.endpoint_url)
        return self._maker(target)(
            service,
            region_name=target.region,
            endpoint_url=None if elsewhere else target.endpoint_url,
            verify=target.ca_bundle if target.verify_ssl else False,
            config=self._config(target),
        )

    def _config(self, target: Target) -> Config:
        once = self._retries == "once"
        settings: dict[str, Any] = {
            "connect_timeout": _timeout(target.connect_timeout, CONNECT_TIMEOUT if once else CLI_TIMEOUT),
            "read_timeout": _timeout(target.read_timeout, READ_TIMEOUT if once else CLI_TIMEOUT),
            # Several threads send at once in `authlens run`; the default pool of 10 would drop connections.
            "max_pool_connections": 50,
        }
        if once:
            settings["retries"] = {"total_max_attempts": 1, "mode": "standard"}
        if not target.sign_request:
            settings["signature_version"] = UNSIGNED
        if is_loopback(target.endpoint_url):
            # Without this, HTTP_PROXY takes tokens meant for a local endpoint off the machine (P12).
            settings["proxies"] = {}
        return Config(**settings)

    def _maker(self, target: Target) -> Callable[..., Any]:
        """The function of the session that makes a client.

        A command that runs once leaves out boto3, as the AWS CLI does: the clients are the same, and 30 ms are saved.
        """
        session = self._session(target)
        if self._retries == "configured":
            return session.create_client  # type: ignore[no-any-return]  # botocore has no types
        import boto3

        return boto3.Session(botocore_session=session).client  # type: ignore[no-any-return]  # nor has boto3

    def _session(self, target: Target) -> botocore.session.Session:
        if target not in self._sessions:
            core = self._user_session(target) if target.credentials is None else _isolated_session(target.credentials)
            if self._loader is None:
                known = core.get_component("data_loader")
                self._loader = PartialData(
                    known.search_paths, file_loader=PartialFiles(self._cache), include_default_search_paths=False
                )
            core.register_component("data_loader", self._loader)
            self._sessions[target] = core
        return self._sessions[target]

    def _user_session(self, target: Target) -> botocore.session.Session:
        core = botocore.session.Session(profile=target.profile or None)
        # As the AWS CLI v2 reads them; botocore asks for AWS_DEFAULT_PROFILE first.
        core.session_var_map["profile"] = (None, ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"], None, None)
        if self._retries == "configured":
            # The AWS CLI v2's default; botocore's is `legacy`.
            core.session_var_map["retry_mode"] = ("retry_mode", "AWS_RETRY_MODE", "standard", None)
        # botocore alone knows AWS_DEFAULT_REGION; the AWS CLI v2 reads AWS_REGION first.
        core.session_var_map["region"] = ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None)
        if self._retries == "configured":
            _look_for_the_region_of_the_instance(core)
        if target.sign_request:
            self._keep_off_the_terminal(core)
        return core

    def _keep_off_the_terminal(self, core: botocore.session.Session) -> None:
        if self._mfa_code is not None:
            set_prompter(core, self._mfa_code)
        if self._retries == "once":
            detach_processes(core)


def looks_for_credentials(target: Target) -> bool:
    """Whether making a client looks for the user's credentials, as for AWS; a local endpoint has its own."""
    return target.credentials is None and target.sign_request


def _profile(target: Target, configured: str) -> str | NoProfile:
    """botocore takes keys of the environment before those of any profile but one that was named in hand."""
    if not target.sign_request:
        return NoProfile.UNSIGNED
    if target.profile is None and target.credentials is None and os.environ.get("AWS_ACCESS_KEY_ID"):
        return NoProfile.ENVIRONMENT
    return configured


def _isolated_session(credentials: StaticCredentials) -> botocore.session.Session:
    """A session that reads no AWS variable and no AWS file of the user, for a local endpoint."""
    variables = {
        name: (None, None, default, convert)
        for name, (_key, _variables, default, convert) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    variables |= dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
    core = botocore.session.Session(session_vars=variables)
    core.set_credentials(credentials.access_key, credentials.secret_key)
    return core


def _look_for_the_region_of_the_instance(core: botocore.session.Session) -> None:
    """As the AWS CLI v2 does where neither the environment nor a file names a region; botocore does not."""
    store = core.get_component("config_store")
    configured = store.get_config_provider("region")
    store.set_config_provider("region", ChainProvider([configured, IMDSRegionProvider(core)]))


def own_region(target: Target) -> str | None:
    """The region that the user's AWS configuration sets for the profile; no call is made."""
    try:
        return Clients().region(Target(profile=target.profile))
    except botocore.exceptions.BotoCoreError:
        return None


def _timeout(given: float | None, default: float) -> float | None:
    """Seconds for botocore, where the AWS CLI's `0` (wait forever) is `None`."""
    seconds = default if given is None else given
    return seconds or None


def has_neighbours(url: str | None) -> bool:
    """Whether other services answer for the same account: AWS's own and a local endpoint's do, another's may not."""
    if url is None or is_loopback(url):
        return True
    from authlens.aws.hosts import is_of_aws

    return is_of_aws(url)
