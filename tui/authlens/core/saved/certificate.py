"""The client certificate of a device whose domain authenticates with CUSTOM_AUTH_X509, as a saved request names it."""

from __future__ import annotations

from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Certificate:
    """A test call cannot carry it: it is for the policy variables, the event of a real connection and device lines."""

    file: str | None = None
    """Path of the PEM certificate, relative to the file that names it; or the PEM text itself."""
    key: str | None = None
    """Path of its private key; needed by device lines alone."""
    thing_name: str | None = None
    """The thing that connects: `${iot:Connection.Thing.ThingName}`."""
    attached: bool | None = None
    """Whether that thing is attached to the certificate; `None` while that is not said."""

    @property
    def pem(self) -> str | None:
        """The certificate, where its text is given in place of a path."""
        return self.file if self.file is not None and "-----BEGIN" in self.file else None

    @property
    def path(self) -> str | None:
        return None if self.pem is not None else self.file
