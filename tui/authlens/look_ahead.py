"""What is known about a saved request before it is sent: its references, its signing key, a local target's authorizers.

The rule: local files are only read as data. Nothing is started or called, and no keyring is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from authlens.core.contract.refusal import NOT_FOUND
from authlens.core.invocation.invocation import Failure
from authlens.core.preflight.finding import Known, Missing
from authlens.core.request.references import refers
from authlens.core.request.target import DEMO
from authlens.core.text.visible import visible
from authlens.user_path import NotAPath, user_path

if TYPE_CHECKING:
    from authlens.core.request.authorizer import Authorizer
    from authlens.core.saved.certificate import Certificate
    from authlens.core.saved.saved_request import SavedRequest, Sign


def look_ahead(saved: SavedRequest, environ: Mapping[str, str], base: Path | None = None) -> Known:
    """What would be missing on sending, and the authorizer as defined in the local target's file.

    base: the folder that relative paths of the saved request start from; `None` is the working folder.
    """
    authorizers = next(_as_far_as_possible(lambda: iter([_local_authorizers(saved, base)])), None)
    parts = (
        lambda: _target(saved, base, authorizers is not None),
        lambda: _references(saved, environ, base),
        lambda: _key(saved.sign, environ, base),
        lambda: _certificate(saved.certificate, base),
    )
    missing = tuple(each for part in parts for each in _as_far_as_possible(part))
    name = saved.request.authorizer_name
    if authorizers is None or (name and refers(name)):
        return Known(missing)
    names = tuple(sorted(each.name for each in authorizers))
    if not name:
        return Known(missing, None, names)
    own = next((each for each in authorizers if each.name == name), None)
    return Known(missing, own is not None, names, own)


Found = TypeVar("Found")


def _as_far_as_possible(look: Callable[[], Iterator[Found]]) -> Iterator[Found]:
    """What is found until something fails unexpectedly: sending meets the same fault, and reports it."""
    try:
        yield from look()
    except Exception:  # noqa: BLE001  # looking ahead happens while the person types, and must not end the app
        return


def with_lookup(known: Known, failure: Failure | None) -> Known:
    """The same after DescribeAuthorizer failed, which may mean that the authorizer does not exist."""
    absent = failure is not None and failure.error == NOT_FOUND
    return replace(known, has_authorizer=False, authorizer=None) if absent else known


def is_outdated(known: Authorizer, saved: SavedRequest, base: Path | None = None) -> bool:
    """Whether the authorizers.yaml of a local target was changed since its authorizer was described."""
    from authlens.endpoint.local import definition_file
    from authlens.endpoint.templates.outline import authorizers_of

    try:
        found = authorizers_of(definition_file(saved.target.local, base)) if saved.target.local is not None else ()
    except RuntimeError:
        return False
    now = next((each for each in found or () if each.name == known.name), None)
    return now is not None and _settings(now) != _settings(known)


def _settings(authorizer: Authorizer) -> tuple[object, ...]:
    return (authorizer.status, authorizer.signing_disabled, authorizer.token_key_name)


def _references(saved: SavedRequest, environ: Mapping[str, str], base: Path | None) -> Iterator[Missing]:
    from authlens.store.references import References

    return References(environ, base).missing(saved.request)


def _key(sign: Sign | None, environ: Mapping[str, str], base: Path | None) -> Iterator[Missing]:
    if sign is None:
        return
    from authlens.core.signing.keys import KeyProblem, PassphraseNeeded, read_private_key
    from authlens.store.references import References
    from authlens.store.signing_keys import missing_key, read_key

    try:
        path = user_path(sign.key, base)
    except NotAPath as not_a_path:
        yield Missing("sign.key", f"The signing key {visible(sign.key)}: {not_a_path}.")
        return
    references = References(environ, base)
    if sign.passphrase is not None:
        problem = references.problem(sign.passphrase)
        if problem is not None:
            yield Missing("sign.passphrase", f"The passphrase of the signing key: {problem}.")
            return
    try:
        pem = read_key(sign.key, base)
        passphrase = None if sign.passphrase is None else references.text_of_files(sign.passphrase)
        read_private_key(pem, passphrase.encode() if passphrase is not None else None)
    except PassphraseNeeded:
        if sign.passphrase is None or passphrase == "":
            lack = "'sign' has no passphrase" if sign.passphrase is None else "its passphrase is empty"
            yield Missing("sign.key", f"The signing key {path} is encrypted, but {lack}.")
    except KeyProblem as problem_of_key:
        yield Missing("sign.key", f"The signing key {path}: {problem_of_key}")
    except OSError as error:
        is_gone = isinstance(error, FileNotFoundError)
        said = missing_key(path) if is_gone else f"The signing key {path} cannot be read: {error.strerror or error}."
        yield Missing("sign.key", said)
    except (ValueError, RuntimeError):
        yield Missing("sign.key", f"The signing key {sign.key!r} cannot be read: this is not a valid file name.")


def _certificate(certificate: Certificate | None, base: Path | None) -> Iterator[Missing]:
    """The certificate is not needed for a test call, so an unreadable one is only a note."""
    if certificate is None:
        return
    from authlens.core.saved.certificate_variables import CertificateProblem, certificate_variables
    from authlens.store.certificates import read_certificate

    try:
        certificate_variables(certificate, read_certificate(certificate, base))
    except CertificateProblem as problem:
        yield Missing("certificate.file", f"The certificate {certificate.path or ''} cannot be used: {problem}.")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        yield Missing("certificate.file", f"The certificate {certificate.path} cannot be read: {why}.")


def _target(saved: SavedRequest, base: Path | None, is_read: bool) -> Iterator[Missing]:
    """is_read: whether the local target's authorizers are known."""
    local = saved.target.local
    if local is None or local == DEMO:
        return
    from authlens.endpoint.local import definition_file

    try:
        path = definition_file(local, base)
    except RuntimeError as error:
        yield Missing("target.local", str(error))
        return
    if not path.exists():
        yield Missing("target.local", f"The file of the local target does not exist: {path}.")
    elif not is_read:
        from authlens.endpoint.local_code import target_problem

        problem = target_problem(saved.target, base)
        if problem:
            yield Missing("target.local", f"The local target cannot be used: {problem}.")


def _local_authorizers(saved: SavedRequest, base: Path | None) -> tuple[Authorizer, ...] | None:
    if saved.target.local is None:
        return None
    from authlens.endpoint.local import definition_file
    from authlens.endpoint.templates.outline import authorizers_of

    try:
        found = authorizers_of(definition_file(saved.target.local, base))
    except RuntimeError:
        return None
    if found is not None:
        return found
    # Templates and plans take longer to read, and an authorizers.yaml needs none of it.
    from authlens.endpoint.local_code import authorizers_named

    return authorizers_named(saved.target, base)
