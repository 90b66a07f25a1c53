"""AWS IoT's calls for the tags of an authorizer, which infrastructure tools need. Tags have no effect here."""

from __future__ import annotations

import re

from authlens.core.contract.test_call import UNKNOWN_AUTHORIZER
from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.api.aws_error import refused
from authlens.endpoint.api.body import read_body, tag_list, text, text_list
from authlens.endpoint.api.call import ApiResponse, Incoming, Operation, json_answer
from authlens.endpoint.api.state import Endpoint


async def list_tags_for_resource(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    """A resource that does not exist has no tags, as on AWS."""
    found = endpoint.registry.by_arn(incoming.query.get("resourceArn", ""))
    tags = endpoint.registry.tags(found.name) if found else {}
    return json_answer({"tags": [{"Key": key, "Value": value} for key, value in tags.items()]})


async def tag_resource(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    members = read_body(incoming.body, {"resourceArn": text, "tags": tag_list})
    authorizer = _existing(endpoint, members.get("resourceArn", ""))
    endpoint.registry.tags(authorizer.name).update(members.get("tags", {}))
    return json_answer({})


async def untag_resource(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    members = read_body(incoming.body, {"resourceArn": text, "tagKeys": text_list})
    authorizer = _existing(endpoint, members.get("resourceArn", ""))
    for key in members.get("tagKeys", ()):
        endpoint.registry.tags(authorizer.name).pop(key, None)
    return json_answer({})


def _existing(endpoint: Endpoint, arn: str) -> Authorizer:
    found = endpoint.registry.by_arn(arn)
    if found is None:
        raise refused(UNKNOWN_AUTHORIZER.refusal(name=arn.rpartition("/")[2]))
    return found


CALLS = (
    Operation("iot", "ListTagsForResource", "GET", re.compile("/tags/?"), list_tags_for_resource),
    Operation("iot", "TagResource", "POST", re.compile("/tags/?"), tag_resource),
    Operation("iot", "UntagResource", "POST", re.compile("/untag/?"), untag_resource),
)
