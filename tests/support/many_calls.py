"""Many test calls on an endpoint, one after another or from many clients at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.config import Config

from support.local_endpoint import session


def client(url: str, service: str = "iot") -> Any:
    """A real boto3 client that tries once."""
    config = Config(retries={"total_max_attempts": 1}, proxies={})
    return session().client(service, region_name="us-west-2", endpoint_url=url, config=config)


def call(iot: Any, username: str = "sensor-7") -> float:
    """Seconds that one call took. Raises if there is no answer."""
    started = time.perf_counter()
    answer = iot.test_invoke_authorizer(authorizerName="Sensor", mqttContext={"username": username, "password": b"x"})
    duration = time.perf_counter() - started
    assert answer["isAuthenticated"] is True
    return duration


def sequential(url: str, count: int) -> list[float]:
    """The durations of calls over one connection, after one call that warms up the function."""
    iot = client(url)
    call(iot)
    return [call(iot) for _ in range(count)]


def concurrent(url: str, clients: int, each: int) -> list[float]:
    """The durations of all calls of that many clients, each with its own connection."""

    def one(iot: Any) -> list[float]:
        return [call(iot) for _ in range(each)]

    connections = [client(url) for _ in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        return [duration for durations in pool.map(one, connections) for duration in durations]
