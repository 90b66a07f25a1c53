"""The addresses of AWS's pages that statements rest on."""

from __future__ import annotations

GUIDE = "https://docs.aws.amazon.com/iot/latest/developerguide/"


DEFENDER = f"{GUIDE}audit-chk-iot-policy-permissive.html"


MISCONFIGURED = f"{GUIDE}audit-chk-iot-misconfigured-policies.html"


ACTIONS_PAGE = f"{GUIDE}iot-policy-actions.html"


RESOURCES_PAGE = f"{GUIDE}iot-action-resources.html"


PUB_SUB = f"{GUIDE}pub-sub-policy.html"


CONFIG = f"{GUIDE}config-custom-auth.html"


BASIC_VARIABLES = f"{GUIDE}basic-policy-variables.html"


THING_VARIABLES = f"{GUIDE}thing-policy-variables.html"


GRAMMAR = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"


CONDITIONS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"
