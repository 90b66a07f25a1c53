"""The private names of botocore that are used, in one place; tests hold each to the pinned botocore.

`_prompter` of the provider of roles, `_popen` of that of processes, `_profile_provider_builder` of that of roles, and
`_create_process_provider` of that builder.
"""

from __future__ import annotations

import atexit
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

import botocore.session
from botocore.credentials import ProcessProvider


def set_prompter(core: botocore.session.Session, ask: Callable[[str], str]) -> None:
    # botocore binds getpass as the prompter's default, so it can only be replaced on the provider itself.
    resolver = core.get_component("credential_provider")
    for provider in resolver.providers:
        if provider.METHOD == "assume-role":
            provider._prompter = ask


def detach_processes(core: botocore.session.Session) -> None:
    """Have each credential_process run without the terminal: one that asks there would take the app's keys."""
    # Of the profile itself, and of a role's source profile.
    for provider in core.get_component("credential_provider").providers:
        if provider.METHOD == ProcessProvider.METHOD:
            provider._popen = without_terminal
        builder = getattr(provider, "_profile_provider_builder", None)
        if builder is not None:
            builder._create_process_provider = lambda profile: ProcessProvider(
                profile, lambda: core.full_config, popen=without_terminal
            )


def without_terminal(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **options)
    # Out of our session it would outlive us.
    atexit.register(process.kill)
    return process
