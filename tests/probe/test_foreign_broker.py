"""A probe against a broker that is not ours: mosquitto from Debian, with a password file and an access list."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from authlens.core.mqtt.packets import V3, V5
from authlens.core.probe.observations import observations
from authlens.core.probe.plan import ProbePlan, Trial
from authlens.core.probe.report import ProbeReport, ProbeVerdict
from authlens.probe.run import run
from support.broken_broker import server_pem
from support.processes import wait_until

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
pytestmark = pytest.mark.skipif(not Path(MOSQUITTO).exists(), reason="mosquitto is not installed (Debian: mosquitto)")
CONFIGURATION = """
listener {port} 127.0.0.1
certfile {pem}
keyfile {pem}
cafile {pem}
password_file {folder}/passwords
acl_file {folder}/acl
persistence false
user {user}
"""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    folder = tmp_path_factory.mktemp("mosquitto")
    pem = server_pem(folder)
    (folder / "acl").write_text("user u\ntopic readwrite ok/#\n")
    (folder / "passwords").touch(mode=0o600)
    subprocess.run(["mosquitto_passwd", "-b", str(folder / "passwords"), "u", "right"], check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = CONFIGURATION.format(port=port, pem=pem, folder=folder, user=folder.owner())
    (folder / "mosquitto.conf").write_text(text)
    with subprocess.Popen([MOSQUITTO, "-c", str(folder / "mosquitto.conf")], stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: accepts(port))
            yield port, pem
        finally:
            process.terminate()


def accepts(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def probed(broker: tuple[int, Path], version: int, password: str = "right", *trials: Trial) -> ProbeReport:
    port, pem = broker
    return run(
        ProbePlan(
            "localhost",
            port=port,
            version=version,
            client_id=f"probe-{version}",
            username="u",
            password=password.encode(),
            ca_file=str(pem),
            trials=trials,
            seconds=5.0,
        )
    )


@pytest.mark.parametrize("version", [V3, V5])
def test_let_in_and_refused(broker: tuple[int, Path], version: int) -> None:
    trials = (Trial("subscribe", "ok/#"), Trial("publish", "ok/x", b"1"))
    report = probed(broker, version, "right", *trials)
    refused = probed(broker, version, "wrong")

    assert report.is_yes, report
    assert report.received == 1
    assert refused.verdict is ProbeVerdict.REFUSED
    assert refused.answer is not None
    assert refused.answer.code == (0x87 if version == V5 else 5)


def test_what_it_does_differently_from_aws_is_seen(broker: tuple[int, Path]) -> None:
    report = probed(broker, V5, "right", Trial("publish", "forbidden/x"))

    assert not report.is_yes
    seen = {each.id: each for each in observations(report)}
    assert not seen["connack-receiveMaximum"].agrees
    assert seen["publish-denied"].seen == "PUBACK 0x87 Not authorized"
