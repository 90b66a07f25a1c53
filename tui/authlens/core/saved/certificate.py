"""The client certificate in a saved request, for a device whose domain authenticates with CUSTOM_AUTH_X509."""

from __future__ import annotations

from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Certificate:
    """Not part of a test call: used for policy variables, the event of a real connection and device commands."""

    file: str | None = None
    """Path of the PEM certificate, relative to the saved request; or the PEM text itself."""
    key: str | None = None
    """Path of its private key; needed only for device commands."""
    thing_name: str | None = None
    """The thing that connects: `${iot:Connection.Thing.ThingName}`."""
    attached: bool | None = None
    """Whether that thing is attached to the certificate; `None` if not specified."""

    @property
    def pem(self) -> str | None:
        """The certificate, if given as text rather than as a path."""
        return self.file if self.file is not None and "-----BEGIN" in self.file else None

    @property
    def path(self) -> str | None:
        return None if self.pem is not None else self.file
