"""Reads the user's client certificates: PEM text, only from regular files no larger than a certificate can be."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from authlens.core.event.event import Presented
from authlens.core.saved.certificate import Certificate
from authlens.store.files import read_bounded
from authlens.user_path import user_path

_LARGEST = 65_536


def read_certificate(certificate: Certificate, base: Path | None) -> str | None:
    """The text of its file, relative to `base`; `None` if none is named. Raises OSError and ValueError."""
    if certificate.path is None:
        return certificate.pem
    path = user_path(certificate.path, base)
    if not path.is_file() or path.stat().st_size > _LARGEST:
        raise OSError(0, "not a file that holds a certificate" if path.exists() else "No such file or directory")
    return read_bounded(path).decode("ascii", "replace")


def found_from_here(certificate: Certificate | None, base: Path | None) -> Certificate | None:
    """The same with paths from the working folder, where a device line that names them is run."""
    if certificate is None or base is None:
        return certificate
    file = certificate.file if certificate.path is None else _from_here(certificate.path, base)
    return replace(certificate, file=file, key=certificate.key and _from_here(certificate.key, base))


def _from_here(path: str, base: Path) -> str:
    found = user_path(path, base)
    return path if Path(path).expanduser().is_absolute() else os.path.relpath(found)


def presented_by(certificate: Certificate | None, base: Path | None) -> Presented | None:
    """The certificate as the event of a real connection shows it; `None` if none is named.

    Raises OSError and ValueError.
    """
    pem = read_certificate(certificate, base) if certificate is not None else None
    if pem is None:
        return None
    from authlens.core.saved.certificate_variables import certificate_id

    return Presented(pem, certificate_id(pem))


def variables_of(certificate: Certificate | None, base: Path | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The policy variables that a device's certificate and thing determine, as far as the files can be read."""
    if certificate is None:
        return ()
    from authlens.core.saved.certificate_variables import certificate_variables

    try:
        return tuple(certificate_variables(certificate, read_certificate(certificate, base)).items())
    except (OSError, ValueError):
        return tuple(certificate_variables(certificate, None).items())
