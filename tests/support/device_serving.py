"""`authlens serve --device-port 0 --output json` as a real process, and what it reports."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.certificates import certificate_and_key

FUNCTION = """
import base64, json, time

ARN = "arn:aws:iot:us-west-2:000000000000:"
ALLOWED = [
    ("Connect", "client/good-*"), ("Publish", "topic/ok/*"), ("Publish", "topic/quiet/*"),
    ("Subscribe", "topicfilter/ok/*"), ("Subscribe", "topicfilter/quiet/*"), ("Subscribe", "topicfilter/+/*"),
    ("Receive", "topic/ok/*"),
]

def handler(event, context):
    protocols = event["protocolData"]
    password = base64.b64decode(protocols.get("mqtt", {}).get("password", "")).decode()
    password = password or protocols.get("http", {}).get("headers", {}).get("wish", "")
    if password == "slow":
        time.sleep(3)
    if password == "raise":
        raise ValueError("it broke")
    statements = [{"Effect": "Allow", "Action": "iot:" + action, "Resource": ARN + tail} for action, tail in ALLOWED]
    answer = {"isAuthenticated": password != "wrong", "principalId": protocols.get("tls", {}).get("principalId", "p1"),
              "policyDocuments": [{"Version": "2012-10-17", "Statement": statements}]}
    if password == "empty":
        answer["policyDocuments"] = []
    return answer
"""
AUTHORIZERS = """
authorizers:
  A: {signingDisabled: true, codeUri: functions, handler: app.handler}
  Off: {signingDisabled: true, codeUri: functions, handler: app.handler, status: INACTIVE}
domains:
  x509.example.com:
    defaultAuthorizerName: A
    authenticationType: CUSTOM_AUTH_X509
    applicationProtocol: SECURE_MQTT
    clientCertificates: [device.pem]
"""


class DeviceServing:
    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process = process
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        self.folder = folder
        self.url: str = first["url"]
        self.ca: str = first["ca"]
        self.port = int(first["devices"].rpartition(":")[2])
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self.kept: list[dict[str, Any]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(json.loads(line))

    def until(self, **members: Any) -> dict[str, Any]:
        """The first report with these members, now or later."""
        for value in self.kept:
            if members.items() <= value.items():
                return value
        while True:
            value = self._lines.get(timeout=15)
            self.kept.append(value)
            if members.items() <= value.items():
                return value


def project(folder: Path) -> Path:
    (folder / "functions").mkdir()
    (folder / "functions" / "app.py").write_text(FUNCTION)
    for name, text in zip(("device.pem", "device.key"), certificate_and_key(), strict=True):
        (folder / name).write_text(text)
    path = folder / "authorizers.yaml"
    path.write_text(AUTHORIZERS)
    return path


@contextmanager
def device_serving(folder: Path, *more: str) -> Iterator[DeviceServing]:
    """A new project in the folder, served; its home is there too."""
    command = [sys.executable, "-m", "authlens", "serve", "--authorizers", str(project(folder)), "--device-port", "0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "XDG_"))}
    with subprocess.Popen(
        [*command, "--output", "json", *more],
        env={**environment, "HOME": str(folder), "AUTHLENS_TRUST": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield DeviceServing(process, folder)
        finally:
            process.terminate()
            process.wait(20)
