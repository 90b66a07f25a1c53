"""The local CA: made once, for this user alone, and what it signs satisfies a client that trusts it."""

from __future__ import annotations

import os
import ssl
import stat
import threading
from pathlib import Path

import pytest
from cryptography import x509

from authlens.endpoint.devices.authority import LOCAL_NAMES, AuthorityError, authority, server_context


def test_it_is_made_once_and_kept_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "ca"
    first = authority(folder)
    assert authority(folder).pem == first.pem == first.path.read_text()
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_several_at_once_make_one(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(authority(tmp_path / "ca").pem)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


def handshake(context: ssl.SSLContext, ca_file: Path, name: str) -> x509.Certificate:
    """A handshake in memory; the certificate that the client accepted."""
    client_in, client_out = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusting = ssl.create_default_context(cafile=str(ca_file))
    client = trusting.wrap_bio(client_in, client_out, server_hostname=name)
    server = context.wrap_bio(client_out, client_in, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    shown = client.getpeercert(binary_form=True)
    assert shown is not None
    return x509.load_der_x509_certificate(shown)


@pytest.mark.parametrize("name", [*LOCAL_NAMES, "iot.example.com", "192.0.2.7"])
def test_the_certificate_holds_every_name(tmp_path: Path, name: str) -> None:
    own = authority(tmp_path)
    context = server_context(own, (*LOCAL_NAMES, "iot.example.com", "192.0.2.7"))
    certificate = handshake(context, own.path, name)
    assert certificate.issuer == own.certificate.subject


def test_nothing_of_the_leaf_stays_on_the_disk(tmp_path: Path) -> None:
    server_context(authority(tmp_path), LOCAL_NAMES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ca-key.pem", "ca.pem"]


def test_a_certificate_that_was_removed_is_written_again(tmp_path: Path) -> None:
    first = authority(tmp_path)
    first.path.unlink()
    assert authority(tmp_path).path.read_text() == first.pem


def test_a_broken_one_is_reported_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ca-key.pem").write_text("no key")
    with pytest.raises(AuthorityError, match="remove that folder"):
        authority(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(AuthorityError, match="cannot be kept"):
        authority(tmp_path / "ca")
