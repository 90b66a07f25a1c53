"""Converts a deployment to JSON values and back, for the invocation that it was read for.

The rule: anything that could not be read stays so, with its reason; the authorizer is that of the invocation and not
repeated.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TypeVar

from authlens.core.deployment.deployment import Concurrency, Deployment, Domain, Function, Logging, Throttles, Unread
from authlens.core.request.authorizer import Authorizer
from authlens.core.text.json_members import Members

T = TypeVar("T")

_FUNCTION = {
    "arn": "arn",
    "state": "state",
    "reason": "reason",
    "logGroup": "log_group",
    "codeSha256": "code_sha256",
}
_DOMAIN = {
    "name": "name",
    "domainName": "domain_name",
    "status": "status",
    "authenticationType": "authentication_type",
    "applicationProtocol": "application_protocol",
    "defaultAuthorizer": "default_authorizer",
    "certificateStatus": "certificate_status",
    "certificateDetail": "certificate_detail",
    "tlsPolicy": "tls_policy",
}


def deployment_to_json(deployment: Deployment) -> dict[str, Any]:
    function, domains = deployment.function, deployment.domains
    return {
        "function": _or_unread(function) if not isinstance(function, Function) else _function(function),
        "permission": _or_unread(deployment.permission),
        "unqualifiedPermission": _or_unread(deployment.unqualified_permission),
        "defaultAuthorizer": _or_unread(deployment.default_authorizer),
        "domains": _or_unread(domains) if isinstance(domains, Unread) else list(map(_domain, domains)),
        "dataEndpoint": _or_unread(deployment.data_endpoint),
        "concurrency": _plain(deployment.concurrency),
        **({"throttles": _plain(deployment.throttles)} if deployment.throttles is not None else {}),
        **({"logging": _plain(deployment.logging)} if deployment.is_logging_read else {}),
        **({"undescribed": list(deployment.undescribed)} if deployment.undescribed else {}),
        **({"undeclared": deployment.undeclared} if deployment.undeclared else {}),
    }


def _plain(fact: Concurrency | Throttles | Logging | Unread | None) -> Any:
    if isinstance(fact, Concurrency):
        return {"reserved": fact.reserved}
    if isinstance(fact, Throttles):
        return {"count": fact.count, "last": fact.last}
    if isinstance(fact, Logging):
        return {"level": fact.level, "role": fact.role, "isOff": fact.is_off}
    return _or_unread(fact)


def _or_unread(fact: str | Unread | None) -> Any:
    return {"unread": asdict(fact)} if isinstance(fact, Unread) else fact


def _function(function: Function) -> dict[str, Any]:
    return {"timeout": function.timeout, **{key: getattr(function, name) for key, name in _FUNCTION.items()}}


def _domain(domain: Domain) -> dict[str, Any]:
    members = {key: getattr(domain, name) for key, name in _DOMAIN.items()}
    return members if domain.allows_override is None else {**members, "allowsOverride": domain.allows_override}


def deployment_from_json(value: Any, authorizer: Authorizer) -> Deployment:
    """The inverse of `deployment_to_json`. Raises ValueError with a complete sentence."""
    members = Members(value, "deployment")
    raw = value if isinstance(value, dict) else {}
    function = _unread(raw.get("function")) or _read_function(members.members("function"))
    domains = _unread(raw.get("domains")) or tuple(_read_domain(item) for item in members.items("domains"))
    endpoint = _read_text(members, raw, "dataEndpoint")
    return Deployment(
        authorizer=authorizer,
        function=function,
        permission=_read_text(members, raw, "permission"),
        unqualified_permission=_read_text(members, raw, "unqualifiedPermission"),
        default_authorizer=_read_text(members, raw, "defaultAuthorizer"),
        domains=domains,
        data_endpoint="" if endpoint is None else endpoint,
        concurrency=_unread(raw.get("concurrency")) or _read_concurrency(members.members("concurrency")),
        throttles=_unread(raw.get("throttles")) or _read_throttles(members.members("throttles")),
        logging=_unread(raw.get("logging")) or _read_logging(members.members("logging")),
        is_logging_read="logging" in raw,
        undescribed=tuple(str(name) for name in members.items("undescribed")),
        undeclared=members.text("undeclared") or "",
    )


def _unread(value: Any) -> Unread | None:
    unread = value.get("unread") if isinstance(value, dict) else None
    if not isinstance(unread, dict):
        return None
    members = Members(unread, "what was not read")
    return Unread(members.required_text("permission"), members.text("why") or "")


def _read_text(members: Members, raw: dict[str, Any], key: str) -> str | Unread | None:
    return _unread(raw.get(key)) or members.text(key)


def _read_function(members: Members | None) -> Function | None:
    if members is None:
        return None
    given = {name: members.text(key) for key, name in _FUNCTION.items()}
    texts = {name: text for name, text in given.items() if text is not None}
    return Function(timeout=members.integer("timeout") or 0, **{"arn": "", **texts})


def _read_concurrency(members: Members | None) -> Concurrency | None:
    return None if members is None else Concurrency(members.integer("reserved"))


def _read_throttles(members: Members | None) -> Throttles | None:
    return None if members is None else Throttles(members.integer("count") or 0, members.text("last") or "")


def _read_logging(members: Members | None) -> Logging | None:
    if members is None:
        return None
    return Logging(members.text("level") or "", members.text("role") or "", members.boolean("isOff") or False)


def _read_domain(item: Any) -> Domain:
    members = Members(item, "a domain configuration")
    given = {name: members.text(key) for key, name in _DOMAIN.items()}
    texts: dict[str, Any] = {name: text for name, text in given.items() if text is not None}
    return Domain(**{"name": "", **texts}, allows_override=members.boolean("allowsOverride"))
