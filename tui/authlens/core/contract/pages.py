"""The pages that statements about AWS are based on, in one list, so that a moved page is a one-line change."""

from __future__ import annotations

GUIDE = "https://docs.aws.amazon.com/iot/latest/developerguide/"
_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_DEFENDER_GUIDE = "https://docs.aws.amazon.com/iot-device-defender/latest/devguide/"

# Policies.
ACTIONS_PAGE = f"{GUIDE}iot-policy-actions.html"
RESOURCES_PAGE = f"{GUIDE}iot-action-resources.html"
JOBS_DATA_PLANE = f"{GUIDE}iot-data-plane-jobs.html"
DIRECT_MESSAGES = f"{GUIDE}direct-messaging-policy-examples.html"
CONNECT_POLICY = f"{GUIDE}connect-policy.html"
PUB_SUB = f"{GUIDE}pub-sub-policy.html"
RETAINED_POLICY = f"{GUIDE}retained-message-policy-examples.html"
POLICY_VARIABLES = f"{GUIDE}iot-policy-variables.html"
BASIC_VARIABLES = f"{GUIDE}basic-policy-variables.html"
THING_VARIABLES = f"{GUIDE}thing-policy-variables.html"
CERTIFICATE_VARIABLES = f"{GUIDE}cert-policy-variables.html"
VPC = f"{GUIDE}IoTCore-VPC.html"
GREENGRASS = "https://docs.aws.amazon.com/greengrass/v2/developerguide/device-auth.html"
ACTION_ELEMENT = f"{_IAM}reference_policies_elements_action.html"
EVALUATION = f"{_IAM}reference_policies_evaluation-logic_policy-eval-denyallow.html"
GRAMMAR = f"{_IAM}reference_policies_grammar.html"
CONDITIONS = f"{_IAM}reference_policies_elements_condition_operators.html"
SEVERAL_VALUES = f"{_IAM}reference_policies_condition-single-vs-multi-valued-context-keys.html"
VERSIONS = f"{_IAM}reference_policies_elements_version.html"
DEFENDER = f"{_DEFENDER_GUIDE}audit-chk-iot-policy-permissive.html"
MISCONFIGURED = f"{_DEFENDER_GUIDE}audit-chk-iot-misconfigured-policies.html"

# Custom authentication.
CUSTOM_AUTH = f"{GUIDE}custom-auth.html"
LAMBDA_ANSWER = f"{GUIDE}custom-auth-lambda.html"
CREATE_AUTHORIZER = f"{GUIDE}custom-auth-create-authorizer.html"
AUTHORIZERS = f"{GUIDE}config-custom-auth.html"
X509_AUTH = f"{GUIDE}custom-auth-509cert.html"
TROUBLESHOOTING = f"{GUIDE}custom-auth-troubleshooting.html"

# The broker.
MQTT = f"{GUIDE}mqtt.html"
TOPICS = f"{GUIDE}topics.html"
RESERVED_TOPICS = f"{GUIDE}reserved-topics.html"
LIFECYCLE = f"{GUIDE}life-cycle-events.html"
HTTP = f"{GUIDE}http.html"
PROTOCOLS = f"{GUIDE}protocols.html"
CLIENT_IDS = "https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_DeleteConnection.html"
QUOTAS = "https://docs.aws.amazon.com/general/latest/gr/iot-core.html"

# Around an authorizer: functions, permissions, domains, logs, and the protocols.
LAMBDA_STATES = "https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html"
LAMBDA_CONCURRENCY = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"
LOGGING = f"{GUIDE}configure-logging.html"
TLS_POLICIES = f"{GUIDE}transport-security.html"
LAMBDA_METRICS = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"
LAMBDA_PERMISSION = f"{GUIDE}custom-auth-authorize.html"
INVOKE_POLICY = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"
DOMAINS = f"{GUIDE}iot-custom-endpoints-managing.html"
CUSTOM_DOMAINS = f"{GUIDE}iot-custom-endpoints-configurable-custom.html"
TEST_CALL = "https://docs.aws.amazon.com/iot/latest/apireference/API_TestInvokeAuthorizer.html"
IAM_ACTIONS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsiot.html"
CLI_FILES = "https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html"
LOG_ENTRIES = f"{GUIDE}cwl-format.html"
LIFECYCLE_EVENTS = f"{GUIDE}life-cycle-events.html"
MQTT_3 = "https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html"
MQTT_5 = "https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html"
JWT = "https://www.rfc-editor.org/rfc/rfc7519#section-4.1"
JWS = "https://www.rfc-editor.org/rfc/rfc7515#section-5.1"
QUERY = "https://www.rfc-editor.org/rfc/rfc3986#section-3.4"
TLS_ALERTS = "https://www.rfc-editor.org/rfc/rfc8446#section-6"

# Measurements and reports.
EMULATOR = "https://github.com/floci-io/floci"
LAST_WILL_REPORT = "https://github.com/dotnet/MQTTnet/issues/1729"
PERMISSION_REPORT = "https://dev.to/slootjes/aws-iot-core-simplified-part-3-custom-authorizer-4j5m"
SIGNATURE_REPORT = "https://github.com/aws/aws-iot-device-sdk-java-v2/pull/519"
FILTERS_REPORT = "https://github.com/dotnet/MQTTnet/issues/1427"
SUBSCRIPTIONS_REPORT = "https://github.com/shamblett/mqtt_client/issues/368"
HANGUP_REPORT = "https://github.com/awslabs/aws-crt-python/issues/229"
NO_CONNACK_REPORT = "https://github.com/IoTReady/flutter-aws-iot/issues/1"
ACTION_REPORT = "https://github.com/jandelgado/esp32-aws-iot/issues/3"
ALPN_REPORT = "https://github.com/php-mqtt/client/issues/202"
MALFORMED_REPORT = "https://github.com/dwyl/learn-aws-iot/issues/17"
RECORD_REPORT = "https://github.com/espressif/ESP8266_RTOS_SDK/issues/461"
EMULATOR_REPORT = "https://github.com/localstack/localstack/issues/9422"
CLI_REPORT = "https://github.com/aws/aws-cli/issues/4968"
STRINGIFIED_REPORT = "https://github.com/awsdocs/aws-iot-docs/pull/46"
OTHER_ACCOUNT_REPORT = "https://github.com/aws/aws-iot-device-sdk-js-v2/issues/501"
CONTEXT_REPORT = "https://github.com/massi-ang/aws-iot-custom-authorizer-sample/issues/35"

PAGES = tuple(
    dict.fromkeys(
        address
        for name, address in sorted(globals().items())
        if name.isupper() and not name.startswith("_") and name != "GUIDE" and isinstance(address, str)
    )
)
"""Every page. A test checks that each source is in this list."""
