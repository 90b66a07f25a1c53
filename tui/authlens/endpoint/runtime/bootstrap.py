"""Runs a Python handler against the Lambda Runtime API as AWS's own client does, with only the standard library.

Started by path with the interpreter of the user's choice, so it keeps to what Python 3.8 understands and imports
nothing of this package. Errors carry the type, message and stack trace that AWS's client gives them.
Started with --wait, it loads none of the function's code before it is needed.
Started with -S and a folder, it sees no installed package but those of Lambda's runtime, which it takes from there.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import json
import logging
import os
import socket
import sys
import time
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:  # type checkers take it for true; typing itself is slow to import
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    Json = Mapping[str, Any]

HERE = os.path.dirname(os.path.abspath(__file__))
RUNTIME = "/2018-06-01/runtime"
WAIT = "--wait"
"""Load the function only when a call needs it."""
RAW_UNICODE_SINCE = (3, 12)
"""From this version on, Lambda writes non-ASCII characters unescaped."""


LAMBDAS_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
"""The packages that Lambda's Python runtimes include."""


class Fault(Exception):
    """A failure that the runtime reports, not the function."""

    def __init__(self, name: str, message: str, trace: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.error = error(f"Runtime.{name}", message, trace)


def error(kind: str, message: str, trace: Sequence[str] = (), request_id: str = "") -> dict[str, Any]:
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": list(trace)}


class RuntimeApi:
    """One connection to the Runtime API, kept open. A plain socket: http.client would double the start."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._address = address
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")

    def wait(self) -> None:
        """Until a call needs the function."""
        self._exchange("GET", "init/wait")

    def next(self) -> tuple[dict[str, str], bytes]:
        return self._exchange("GET", "invocation/next")

    def respond(self, request_id: str, payload: bytes, content_type: str) -> None:
        self._exchange("POST", f"invocation/{request_id}/response", payload, {"Content-Type": content_type})

    def fail(self, path: str, failure: Json) -> None:
        payload = json.dumps(failure).encode()
        self._exchange("POST", path, payload, {"Lambda-Runtime-Function-Error-Type": failure["errorType"]})

    def _exchange(
        self, method: str, path: str, payload: bytes = b"", headers: Json | None = None
    ) -> tuple[dict[str, str], bytes]:
        lines = [f"{method} {RUNTIME}/{path} HTTP/1.1", f"Host: {self._address}", f"Content-Length: {len(payload)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + payload)
        return self._answer()

    def _answer(self) -> tuple[dict[str, str], bytes]:
        if not self._answers.readline():
            sys.exit(1)
        headers = {}
        for line in iter(self._answers.readline, b"\r\n"):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        return headers, self._answers.read(int(headers.get("content-length", 0)))


class CognitoIdentity:
    """`context.identity`."""

    def __init__(self, cognito: Json) -> None:
        self.cognito_identity_id = cognito.get("cognitoIdentityId")
        self.cognito_identity_pool_id = cognito.get("cognitoIdentityPoolId")


class Client:
    """`context.client_context.client`."""

    def __init__(self, client: Json) -> None:
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, client.get(name))


class ClientContext:
    """`context.client_context`."""

    def __init__(self, members: Json) -> None:
        self.custom = members.get("custom")
        self.env = members.get("env")
        client = members.get("client")
        self.client = None if client is None else Client(client)


class LambdaContext:
    """The context object of a handler, with the attributes that Lambda's has."""

    def __init__(self, headers: Json) -> None:
        cognito = header_json(headers, "lambda-runtime-cognito-identity", "Cognito Identity")
        client = header_json(headers, "lambda-runtime-client-context", "Client Context")
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        self._w3c_fields = trace_fields(client)
        self.client_context = None if client is None else ClientContext(client)
        self.identity = CognitoIdentity(cognito or {})
        self._epoch_deadline_time_in_ms = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self._epoch_deadline_time_in_ms - int(time.time() * 1000))

    def w3c(self) -> dict[str, str]:
        return dict(self._w3c_fields)

    def log(self, message: object) -> None:
        sys.stdout.write(str(message))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if name[0] != "_")
        return f"LambdaContext({shown})"


def trace_fields(client_context: Json | None) -> dict[str, str]:
    fields = (client_context or {}).get("w3c")
    if not isinstance(fields, dict):
        return {}
    names = ("traceparent", "tracestate", "baggage")
    return {name: fields[name] for name in names if isinstance(fields.get(name), str)}


def header_json(headers: Json, name: str, title: str) -> Any:
    text = headers.get(name)
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError as fault:
        raise Fault("LambdaContextUnmarshalError", f"Unable to parse {title} JSON: {fault}") from None


class Encoder:
    """A handler's answer as JSON text. Decimals, named tuples and bytes are written as AWS's client writes them."""

    def __init__(self, ensure_ascii: bool) -> None:
        self._text = json.JSONEncoder(ensure_ascii=ensure_ascii).encode
        self._open: set[int] = set()

    def encode(self, value: Any) -> str:
        if isinstance(value, bytes):
            value = value.decode("utf-8")
        if value is None or isinstance(value, (str, int, float)):
            return self._text(value)
        if is_decimal(value):
            return "NaN" if value.is_nan() else str(value)
        return self._container(value)

    def _container(self, value: Any) -> str:
        if id(value) in self._open:
            raise ValueError("Circular reference detected")
        self._open.add(id(value))
        members = members_of(value)
        if members is not None:
            text = "{" + ", ".join(f"{self._key(key)}: {self.encode(item)}" for key, item in members.items()) + "}"
        elif isinstance(value, (list, tuple)):
            text = "[" + ", ".join(map(self.encode, value)) + "]"
        else:
            raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
        self._open.discard(id(value))
        return text

    def _key(self, key: Any) -> str:
        if isinstance(key, (str, bytes)):
            return self.encode(key)
        if key is None or isinstance(key, (int, float)):
            return f'"{self._text(key)}"'
        raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")


def members_of(value: Any) -> dict[Any, Any] | None:
    """What is written as a JSON object: a dict, or what an object such as a named tuple gives as one."""
    as_dict = None if isinstance(value, type) else getattr(value, "_asdict", None)
    if not callable(as_dict):
        return value if isinstance(value, dict) else None
    members = as_dict()
    if not isinstance(members, dict):
        raise TypeError(f"_asdict() must return a dict, not {type(members).__name__}")
    return members


def is_decimal(value: Any) -> bool:
    """Without importing what few functions use and none gets without importing it."""
    module = sys.modules.get("decimal")
    return module is not None and isinstance(value, module.Decimal)


def marshal(answer: Any) -> tuple[bytes | str, str]:
    if isinstance(answer, bytes):
        return answer, "application/unknown"
    try:
        return Encoder(ensure_ascii=not raw_unicode()).encode(answer), "application/json"
    except Exception as fault:  # noqa: BLE001  # whatever an object of the user does while it is written is its fault
        raise Fault("MarshalError", f"Unable to marshal response: {fault}") from None


def raw_unicode() -> bool:
    """Whether the function's runtime, by its name, writes non-ASCII characters as they are."""
    version = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("python")[2]
    return version.replace(".", "").isdigit() and tuple(map(int, version.split("."))) >= RAW_UNICODE_SINCE


def load(handler: str) -> Callable[[Any, LambdaContext], Any]:
    """The function that `module.function` names, with Lambda's words for each way that can fail."""
    try:
        module_name, function_name = handler.rsplit(".", 1)
    except ValueError as fault:
        raise Fault("MalformedHandlerName", f"Bad handler '{handler}': {fault}") from None
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    module = import_module(module_name)
    try:
        found: Callable[[Any, LambdaContext], Any] = getattr(module, function_name)
    except AttributeError:
        raise Fault("HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'") from None
    return found


def import_module(name: str) -> Any:
    try:
        return importlib.import_module(name.replace("/", "."))
    except ImportError as fault:
        raise Fault("ImportModuleError", f"Unable to import module '{name}': {fault}") from None
    except SyntaxError as fault:
        trace = [f'  File "{fault.filename}" Line {fault.lineno}\n    {fault.text}']
        raise Fault("UserCodeSyntaxError", f"Syntax error in module '{name}': {fault}", trace) from None


def raised(exception: BaseException, request_id: str = "") -> dict[str, Any]:
    """What the function raised, without the frames of this file at the top."""
    found = traceback.extract_tb(exception.__traceback__)
    frames = [(frame.filename, frame.lineno or 0, frame.name, frame.line) for frame in found]
    while frames and frames[0][0] == __file__:
        frames.pop(0)
    return error(type(exception).__name__, str(exception), traceback.format_list(frames), request_id)


def print_error(failure: Json) -> None:
    kind, message = failure["errorType"], failure["errorMessage"]
    lines = [f"[ERROR] {kind}: {message}" if message else f"[ERROR] {kind}"]
    if failure["stackTrace"]:
        lines += ["Traceback (most recent call last):", *(entry.rstrip("\n") for entry in failure["stackTrace"])]
    sys.stdout.write("\n".join(lines) + "\n")


class RequestIdFilter(logging.Filter):
    """Gives every log record the id of the running request."""

    request_id = ""

    def filter(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = self.request_id
        return True


def set_up_logging(requests: RequestIdFilter) -> None:
    """The root logger's handler of Lambda, with its format."""
    handler = logging.StreamHandler(sys.stdout)
    handler.terminator = ""
    layout = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
    formatter = logging.Formatter(layout, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(requests)
    logging.getLogger().addHandler(handler)


def answer_next(api: RuntimeApi, function: Callable[[Any, LambdaContext], Any], requests: RequestIdFilter) -> None:
    headers, body = api.next()
    request_id = requests.request_id = headers["lambda-runtime-aws-request-id"]
    os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
    process = os.getpid()
    try:
        payload, content_type = marshal(function(json.loads(body), LambdaContext(headers)))
    except Fault as fault:
        failure = dict(fault.error, requestId=request_id)
    except Exception as exception:  # noqa: BLE001  # whatever the function raises is its answer
        failure = raised(exception, request_id)
    else:
        failure = {}
    if os.getpid() != process:
        os._exit(0)  # a fork of the function came back here; the answer is the parent's to give
    if failure:
        print_error(failure)
        api.fail(f"invocation/{request_id}/error", failure)
    else:
        # Written as it is, a lone surrogate cannot be sent: AWS's client dies of it here, and so does this one.
        api.respond(request_id, payload.encode() if isinstance(payload, str) else payload, content_type)


class LambdasPackages:
    """Finds the packages of Lambda's runtime in a folder, after everything else, and no other package there."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if path is not None or name not in LAMBDAS_PACKAGES:
            return None
        return importlib.machinery.PathFinder.find_spec(name, [self._folder], target)


def set_up_packages(folders: Sequence[str]) -> None:
    """What `site` gives a program besides the installed packages, and Lambda's own."""
    if sys.flags.no_site:
        # Late, because importing it costs time and -S left it out.
        import site

        site.setquit()
        site.setcopyright()
        site.sethelper()
    for folder in folders:
        sys.meta_path.append(LambdasPackages(folder))


def main() -> None:
    waits = WAIT in sys.argv
    set_up_packages([argument for argument in sys.argv[1:] if argument != WAIT])
    del sys.argv[1:]
    sys.path[:] = [os.environ["LAMBDA_TASK_ROOT"], *(path for path in sys.path if path != HERE)]
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    requests = RequestIdFilter()
    set_up_logging(requests)
    if waits:
        api.wait()
    try:
        function = load(os.environ["_HANDLER"])
    except Fault as fault:
        failure = fault.error
    except Exception as exception:  # noqa: BLE001  # whatever the module raises is why it cannot start
        failure = raised(exception)
    else:
        while True:
            answer_next(api, function, requests)
    print_error(failure)
    api.fail("init/error", failure)
    sys.exit(1)


if __name__ == "__main__":
    main()
