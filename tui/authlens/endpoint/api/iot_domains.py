"""AWS IoT's calls for domain configurations: a local endpoint has none, and says so as AWS does."""

from __future__ import annotations

import re

from authlens.endpoint.api.aws_error import AwsError
from authlens.endpoint.api.call import Answer, Call, Incoming, json_answer
from authlens.endpoint.api.state import Endpoint


async def list_domain_configurations(endpoint: Endpoint, incoming: Incoming) -> Answer:
    return json_answer({"domainConfigurations": []})


async def describe_domain_configuration(endpoint: Endpoint, incoming: Incoming) -> Answer:
    raise AwsError(404, "ResourceNotFoundException", f"Domain configuration {incoming.path[0]} not found")


CALLS = (
    Call("iot", "ListDomainConfigurations", "GET", re.compile("/domainConfigurations/?"), list_domain_configurations),
    Call(
        "iot",
        "DescribeDomainConfiguration",
        "GET",
        re.compile("/domainConfigurations/([^/]+)"),
        describe_domain_configuration,
    ),
)
