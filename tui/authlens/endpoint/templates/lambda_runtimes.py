"""Lambda's runtime names, its reserved environment variables, and this machine's architecture."""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence

RESERVED = frozenset(
    {
        "AWS_LAMBDA_RUNTIME_API",
        "_HANDLER",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
    }
)
"""Variables that a function cannot be given here."""
REFUSED = RESERVED | {
    *("AWS_REGION", "AWS_DEFAULT_REGION", "_X_AMZN_TRACE_ID"),
    *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
}
"""Variables with which Lambda refuses a function (documented):
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html. A person may set the additional ones here."""


def machine() -> str:
    """This machine's architecture by Lambda's name for it."""
    name = platform.machine()
    return {"aarch64": "arm64", "AMD64": "x86_64"}.get(name, name)


def machine_difference(architectures: Sequence[str], what: str) -> str | None:
    """How a function or layer for these architectures differs here; `None` if this machine is one of them."""
    if not architectures or machine() in architectures:
        return None
    wanted = " or ".join(architectures)
    return f"{what} on {wanted}, and this machine is {machine()}: packages with compiled parts may not load here."


def node_sdk(runtime: str) -> tuple[str, str]:
    """The version of the AWS SDK for JavaScript in a Node.js runtime, and its package or scope.

    v2 before nodejs18.x (documented):
    https://aws.amazon.com/blogs/compute/node-js-18-x-runtime-now-available-in-aws-lambda/.
    """
    number = re.search(r"\d+", runtime)
    return ("v2", "aws-sdk") if number and int(number.group()) < 18 else ("v3", "@aws-sdk")


def language(runtime: str) -> str:
    """`python`, `nodejs`, `provided`, or empty for a runtime that is not supported."""
    named = re.fullmatch(r"(python|nodejs|provided)[a-z0-9.]*", runtime)
    return named[1] if named else ""
