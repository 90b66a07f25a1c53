"""The files of a new project: functions, authorizers.yaml, a key pair, saved requests. Existing files are never
overwritten."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

PRIVATE_KEY = "keys/private.pem"
SCHEMA = ".authlens/request.schema.json"
SHARED = "functions/"
"""Lambda runs a function as another user, which must be able to read the package."""
AUTHORIZERS = """\
# The authorizers that `authlens serve` provides, each with its function.
region: us-west-2
account: "000000000000"
authorizers:
  SensorPassword:                # MQTT user name and password, no token
    signingDisabled: true
    codeUri: functions/sensors
    handler: app.handler
    environment: {SENSOR_PASSWORD: correct-horse}
  FleetToken:                    # a token that AWS verifies with this key before it invokes the function
    tokenKeyName: token
    tokenSigningPublicKeys: {k1: keys/public.pem}
    codeUri: functions/tokens
    handler: app.handler
# More keys of an authorizer: status, timeout, memorySize, functionName, enableCachingForHttp,
# runtime (python3.13, nodejs22.x, or provided with a command), and
# interpreter (such as .venv/bin/python, to run the function with the packages it needs).
"""
SAMPLE_FUNCTIONS = ("functions/sensors/app.py", "functions/tokens/app.py")
SAMPLE_REQUESTS = (
    "requests/1-sensor-with-its-password.yaml",
    "requests/2-vehicle-with-a-signed-token.yaml",
    "requests/3-wrong-password.yaml",
)
REFUSED = ("requests/3-wrong-password.yaml",)
"""The demo asks for it to be fixed; the suite of a project expects it to be refused."""


_NAMED = 3
"""Files in the way that are named."""


class NotWritten(Exception):
    """Why a project was not written; the text is a whole sentence."""


def project(schema: bytes, line_to: Callable[[str], bytes]) -> Mapping[str, bytes]:
    """The files of a new project by path, with a freshly generated key pair.

    schema: the content of the requests' JSON Schema. line_to: the line that names its path in a request.
    """
    from authlens.core.signing.keys import generate_key_pair
    from authlens.endpoint.samples.unpack import sample_content

    keys = generate_key_pair()
    return {
        "authorizers.yaml": AUTHORIZERS.encode(),
        **{name: sample_content(name) for name in SAMPLE_FUNCTIONS},
        "keys/public.pem": keys.public_pem.encode(),
        PRIVATE_KEY: keys.private_pem,
        SCHEMA: schema,
        **{name: line_to(f"../{SCHEMA}") + _request(name) for name in SAMPLE_REQUESTS},
        "keys/.gitignore": b"private.pem\n",
    }


def _request(name: str) -> bytes:
    """The demo's saved request, with the project's authorizers as its target; one that is refused stays refused."""
    from authlens.endpoint.samples.unpack import sample_content

    content = sample_content(name).replace(b"{local: demo}", b"{local: ../authorizers.yaml}")
    return content.replace(b"isAuthenticated: true", b"isAuthenticated: false") if name in REFUSED else content


def write_project(folder: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """Write the files of a project, and say which, one by one. Raises NotWritten, before the first if one exists."""
    _refuse_existing(folder, files)
    for name, content in files.items():
        _write(folder / name, content, shared=name.startswith(SHARED))
        yield folder / name


def _refuse_existing(folder: Path, names: Iterable[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise NotWritten(f"{folder} is a file; give a folder")
    in_the_way = [str(folder / name) for name in names if os.path.lexists(folder / name)]
    more = len(in_the_way) - _NAMED
    if in_the_way:
        raise NotWritten(
            "nothing was written, because these files exist: "
            f"{', '.join(in_the_way[:_NAMED])}{f' and {more} more' if more > 0 else ''}; "
            "move them away or choose another folder"
        )


def _write(path: Path, content: bytes, shared: bool) -> None:
    """Only the user can read files that are not shared, and write to any of them, whatever the umask."""
    try:
        for folder in reversed([folder for folder in path.parents if not folder.exists()]):
            folder.mkdir(0o755 if shared else 0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o644 if shared else 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {error.strerror}") from None
