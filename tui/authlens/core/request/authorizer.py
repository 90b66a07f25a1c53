"""An authorizer, as described by DescribeAuthorizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlens.frozen import dataclass

SIGNATURE_NAME = "x-amz-customauthorizer-signature"
"""The header, query or username parameter that carries the token signature."""
AUTHORIZER_NAME = "x-amz-customauthorizer-name"


@dataclass(frozen=True, slots=True)
class Authorizer:
    name: str
    arn: str = ""
    function_arn: str = ""
    status: str = "ACTIVE"
    """`ACTIVE` or `INACTIVE`."""
    signing_disabled: bool = False
    token_key_name: str | None = None
    token_signing_public_keys: tuple[tuple[str, str], ...] = ()
    """Key names and PEM texts, in the order AWS returned them."""
    enable_caching_for_http: bool = False
    creation_date: str | None = None
    """ISO 8601, UTC."""
    last_modified_date: str | None = None

    @classmethod
    def from_api(cls, description: Mapping[str, Any]) -> Authorizer:
        """From the `authorizerDescription` of DescribeAuthorizer, dates as text or datetimes.

        Values are converted to text, because botocore passes on whatever an endpoint sent.
        """
        token_key_name, keys = description.get("tokenKeyName"), description.get("tokenSigningPublicKeys") or {}
        return cls(
            name=str(description["authorizerName"]),
            arn=str(description.get("authorizerArn") or ""),
            function_arn=str(description.get("authorizerFunctionArn") or ""),
            status=str(description.get("status") or "ACTIVE"),
            signing_disabled=bool(description.get("signingDisabled")),
            token_key_name=None if token_key_name is None else str(token_key_name),
            token_signing_public_keys=tuple((str(name), str(pem)) for name, pem in keys.items()),
            enable_caching_for_http=bool(description.get("enableCachingForHttp")),
            creation_date=_iso(description.get("creationDate")),
            last_modified_date=_iso(description.get("lastModifiedDate")),
        )


def _iso(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(value.isoformat())
