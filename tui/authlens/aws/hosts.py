"""Which hosts are AWS IoT's own, as botocore resolves them. Any other name under amazonaws.com can belong to anyone."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from typing import Any

from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader

from authlens.core.text.url import read_url


def is_iot_url(url: str, region: str) -> bool:
    """Whether the URL is over TLS and of the host that AWS IoT has in the region, or of a VPC endpoint to it."""
    read = read_url(url)
    if read is None or read.scheme != "https" or read.port not in (None, 443):
        return False
    return read.host in _hosts(region) or _is_vpc_endpoint(read.host, region)


def is_of_aws(url: str) -> bool:
    """Whether its host is below a domain of one of AWS's partitions. It need not be a service."""
    read = read_url(url)
    outputs = (partition["outputs"] for partition in _partitions()["partitions"])
    domains = {f".{each[name]}" for each in outputs for name in ("dnsSuffix", "dualStackDnsSuffix")}
    return read is not None and read.host.endswith(tuple(domains))


@lru_cache(maxsize=16)
def _hosts(region: str) -> frozenset[str]:
    """With and without FIPS and dual stack, as far as the region's partition has them."""
    if _dns_suffix(region) is None:
        return frozenset()
    provider = EndpointProvider(_loader().load_service_model("iot", "endpoint-rule-set-1"), _partitions())
    urls = (_resolved(provider, region, fips, dual) for fips, dual in product((False, True), repeat=2))
    hosts = (read_url(url) for url in urls if url)
    return frozenset(host.host for host in hosts if host)


def _resolved(provider: Any, region: str, fips: bool, dual: bool) -> str | None:
    try:
        url: str = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual).url
    except BotoCoreError:
        return None
    return url


def _is_vpc_endpoint(host: str, region: str) -> bool:
    suffix = _dns_suffix(region)
    return (
        suffix is not None and re.fullmatch(rf"[a-z0-9-]+\.iot\.{region}\.vpce\.{re.escape(suffix)}", host) is not None
    )


def _dns_suffix(region: str) -> str | None:
    """That of the region's partition; `None` for what is not the name of a region."""
    for partition in _partitions()["partitions"]:
        if region in partition["regions"] or re.fullmatch(partition["regionRegex"].strip("^$"), region, re.ASCII):
            suffix: str = partition["outputs"]["dnsSuffix"]
            return suffix
    return None


@lru_cache(maxsize=1)
def _partitions() -> Any:
    return _loader().load_data("partitions")


@lru_cache(maxsize=1)
def _loader() -> Any:
    return Loader()
