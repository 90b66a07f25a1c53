"""The gate before every send: nothing that only a file names is run or contacted before its folder is trusted.

Targets that the user names explicitly pass: on the command line, in the form, in the app's dialogs. So does AWS itself.
"""

from __future__ import annotations

import os
import shlex
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.request.target import DEMO, Target
from authlens.core.saved.reach import leaves_aws, runs_code
from authlens.frozen import dataclass
from authlens.store.trust import TrustList, covers, from_environment, real_path
from authlens.user_path import NotAPath, user_path

_NAMED = ("profile", "region", "endpoint_url", "local")
"""The members of a target that a file can set."""

Key = tuple[Target, str]


@dataclass(frozen=True, slots=True)
class WantedTrust:
    """What must be trusted before a send, and why."""

    folders: tuple[Path, ...]
    """Real paths, none of which is inside another."""
    local: str | None = None
    """The file whose programs would run."""
    host: str | None = None
    """Where the request would be sent."""

    @property
    def failure(self) -> Failure:
        what = f"run the programs of {self.local}" if self.local else f"send requests to {self.host}"
        folders = " and ".join(str(folder) for folder in self.folders)
        lines = "\n".join(f"authlens trust {shlex.quote(str(folder))}" for folder in self.folders)
        return Failure(
            FailureKind.NOT_TRUSTED,
            "NotTrusted",
            f"A file in {folders}, which is not trusted, would {what}. Nothing was run or sent. If you trust "
            f"its contents, allow it (or use --trust for this run):\n{lines}",
        )


class Gate:
    """Decides for one process. Safe to call from any thread."""

    def __init__(
        self,
        trusts: Callable[[Path], bool] = lambda path: False,
        is_aws: Callable[[Target], bool] = lambda target: False,
        allowed: Iterable[Path] = (),
    ) -> None:
        """trusts: whether the list has the path. is_aws: whether an endpoint URL is AWS IoT's own in the region.

        allowed: folders that are trusted for this run.
        """
        self._trusts = trusts
        self._is_aws = is_aws
        self._lock = threading.Lock()
        self._allowed = {real_path(path) for path in allowed}
        self._given: set[tuple[str, object]] = set()
        self._admitted: set[Key] = set()
        self._environments: list[tuple[str, set[tuple[str, object]], tuple[Path, Path]]] = []
        """For requests of which folder, what the file of an environment names, and the location of that file."""
        self._is_open = False

    def open(self) -> None:
        """Let everything pass, because the caller runs the folder's code anyway."""
        self._is_open = True

    def allow(self, paths: Iterable[Path]) -> None:
        """Trust the folders, or files, for this run."""
        with self._lock:
            self._allowed |= {real_path(path) for path in paths}

    def vouch(self, target: Target, base: Path | None = None) -> None:
        """Record that the user named this target explicitly, field by field."""
        with self._lock:
            self._given |= set(_values(target, base))

    def note_environment(self, target: Target, base: Path | None, file: Path) -> None:
        """Record that the file of an environment names these members of targets; its folder must be trusted too.

        base: the folder of the saved requests that are sent in it.
        """
        noted = (_place(base), set(_values(target, base)), _both(file))
        with self._lock:
            if noted not in self._environments:
                self._environments.append(noted)

    def note_stored(self, target: Target, base: Path | None) -> None:
        """Record the environments that a request of the history may have been sent in: those that name its target."""
        from authlens.store.environments import environments_around

        if base is None or not self._asks(target, target):
            return
        for environment in environments_around(base):
            place = Target(endpoint_url=environment.target.endpoint_url, local=environment.target.local)
            if set(_values(place, base)) & set(_values(target, base)):
                self.note_environment(place, base, Path(environment.source))

    def wanted(
        self, target: Target, base: Path | None, sources: Iterable[Path] = (), remember: bool = True
    ) -> WantedTrust | None:
        """What must be trusted before the target is used; `None` if it may be used, which is remembered for `refusal`.

        base: the folder of the file that names the target; `None` if the user typed it. sources: the files that the
        request was read from, if known.
        """
        key = _key(target, base)
        by_file = self._of_file(target, base)
        sources = tuple(sources)
        if self._is_open or (base is None and not sources) or not self._asks(by_file, target):
            if remember:
                self._admit(key)
            return None
        paths = self._deciding(by_file, base, sources)
        if runs_code(by_file):
            paths |= set(_both(_local(target, base)))
        missing = [path for path in paths if not self._trusted(path)]
        if not missing:
            if remember:
                self._admit(key)
            return None
        local = str(_local(target, base)) if runs_code(by_file) else None
        folders = (path if path.is_dir() else path.parent for path in missing)
        return WantedTrust(_outermost(folders), local, target.endpoint_url or target.region)

    def refusal(self, target: Target, base: Path | None) -> Failure | None:
        """Why the target must not be used; `None` if it passed before, or passes without its file being known."""
        wanted = None if _key(target, base) in self._admitted else self.wanted(target, base)
        return wanted.failure if wanted else None

    def allow_wanted(self, target: Target, base: Path | None, sources: Iterable[Path]) -> None:
        """Trust for this run what the target needs; with that it passed."""
        sources = tuple(sources)
        wanted = self.wanted(target, base, sources)
        if wanted is not None:
            self.allow(wanted.folders)
            self.wanted(target, base, sources)

    def may_look_up(self, target: Target, base: Path | None, sources: Iterable[Path] = ()) -> bool:
        """Whether look-ups are allowed before the first send; not for a target that only an untrusted file names."""
        sources = tuple(sources)
        if self._is_open or (base is None and not sources) or _key(target, base) in self._admitted:
            return True
        by_file = self._of_file(target, base)
        if all(getattr(by_file, name) in (None, DEMO) for name in _NAMED):
            return True
        paths = self._deciding(by_file, base, sources)
        return all(map(self._trusted, paths)) and self.wanted(target, base, sources, remember=False) is None

    def own_files(self, target: Target, path: Path) -> tuple[Path, ...]:
        """The files to trust if a request created here is saved in `path`; none if it needs no trust."""
        if not self._asks(target, target):
            return ()
        return (path, _local(target, path.parent)) if runs_code(target) else (path,)

    def _asks(self, by_file: Target, target: Target) -> bool:
        """Whether this is more than a request to AWS. Only what the file names counts, together with the effective
        region."""
        if by_file.endpoint_url is not None:
            by_file = replace(by_file, region=target.region)
        return runs_code(by_file) or leaves_aws(by_file, self._is_aws)

    def _of_file(self, target: Target, base: Path | None) -> Target:
        """The target without the fields that the user named."""
        named = dict(zip(_NAMED, _values_of(target, base), strict=True))
        by_person = {name for name in _NAMED if (name, named[name]) in self._given}
        return _plain({name: None if name in by_person else getattr(target, name) for name in _NAMED})

    def _deciding(self, by_file: Target, base: Path | None, sources: Iterable[Path]) -> set[Path]:
        """The locations of the files that name the target."""
        own = {path for source in sources for path in _both(source)} or {_as_folder(base or Path())}
        values, place = set(_values(by_file, base)), _place(base)
        others = (files for folder, named, files in self._environments if folder == place and named & values)
        return own.union(*others)

    def _trusted(self, path: Path) -> bool:
        return covers(self._allowed, str(path)) or self._trusts(path)

    def _admit(self, key: Key) -> None:
        with self._lock:
            self._admitted.add(key)


def _key(target: Target, base: Path | None) -> Key:
    """The target without the timeouts from the settings, which do not make it a different target."""
    plain = _plain({name: getattr(target, name) for name in _NAMED})
    return plain, _place(base)


def _place(base: Path | None) -> str:
    return "" if base is None else real_path(base)


def _plain(values: Mapping[str, Any]) -> Target:
    return Target(values["profile"], values["region"], values["endpoint_url"], values["local"])


def _values(target: Target, base: Path | None) -> Iterable[tuple[str, object]]:
    return [pair for pair in zip(_NAMED, _values_of(target, base), strict=True) if pair[1] is not None]


def _values_of(target: Target, base: Path | None) -> tuple[object, ...]:
    local = None if target.local is None else str(_local(target, base))
    return (target.profile, target.region, target.endpoint_url, local)


def _local(target: Target, base: Path | None) -> Path:
    """An invalid path is never trusted; sending reports what is wrong with it."""
    try:
        return Path(os.path.abspath(user_path(target.local or "", base)))
    except NotAPath:
        return Path(os.path.abspath(base or Path()))


def _both(file: Path) -> tuple[Path, Path]:
    """The location of a file, and its real location if it is a link. The list may also contain the file itself."""
    return _as_folder(file.parent) / file.name, Path(real_path(file))


def _as_folder(folder: Path) -> Path:
    return Path(real_path(folder))


def _outermost(folders: Iterable[Path]) -> tuple[Path, ...]:
    found = sorted(set(folders))
    return tuple(each for each in found if not any(other != each and other in each.parents for other in found))


def changed_target(old: Target, new: Target) -> Target:
    """The changes that the user made to a target, and nothing else."""
    pairs = {name: (getattr(old, name), getattr(new, name)) for name in _NAMED}
    return _plain({name: None if before == after else after for name, (before, after) in pairs.items()})


def named_by(options: Mapping[str, object]) -> Target:
    """The target named by command line options."""
    known = {field.name for field in fields(Target)}
    return Target(**{name: value for name, value in options.items() if name in known})  # type: ignore[arg-type]


def build_gate(environ: Mapping[str, str], trust_file: Callable[[], Path]) -> Gate:
    """The gate with the user's list and AUTHLENS_TRUST; neither the list nor botocore is loaded before it is needed."""
    return Gate(lambda path: TrustList(trust_file()).trusts(path), _is_iot, from_environment(environ))


def _is_iot(target: Target) -> bool:
    from authlens.aws.hosts import is_iot_url
    from authlens.aws.sessions import own_region

    region = target.region or own_region(target)
    return region is not None and target.endpoint_url is not None and is_iot_url(target.endpoint_url, region)
