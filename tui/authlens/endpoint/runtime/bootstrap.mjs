// Runs a Node.js handler against the Lambda Runtime API as Lambda's own runtimes do, with Node's own modules alone.
// There are two of them: up to nodejs22.x handlers may call back, and the first callback, `context.done` or promise
// wins; from nodejs24.x on what a handler returns or resolves to is the answer, and a third parameter is refused.
// Held case by case to AWS's clients (aws-lambda-ric 3 and 4) by tests/support/node_cases.py.

import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { types } from "node:util";

const RUNTIME = "/2018-06-01/runtime";
const LAMBDAS_OWN = "/var/runtime/index.mjs";
const HERE = fileURLToPath(import.meta.url);
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const REFUSED_CALLBACK =
  "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
  "You need to modify this function to use a supported handler signature to use Node.js 24 or later. " +
  "For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";
const version = /nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV)?.[1] ?? process.versions.node;
const CALLS_BACK = parseInt(version) < 24;
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const require = createRequire(import.meta.url);

class Fault extends Error {
  constructor(name, message, stack) {
    super(message);
    this.name = `Runtime.${name}`;
    this.stack = stack ?? this.stack;
  }
}

// The Runtime API

function exchange(method, where, body = "", headers = {}) {
  const content = Buffer.from(body);
  const options = { agent, host, port, method, path: `${RUNTIME}/${where}` };
  options.headers = { ...headers, "Content-Length": content.length };
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(content);
  });
}

async function fail(where, error) {
  const report = failure(error);
  console.error(report.trace.length ? report.trace.join("\n") : `${report.errorType}: ${report.errorMessage}`);
  const type = /^[\x21-\x7e]+$/.test(report.errorType) ? report.errorType : "Error";
  const headers = { "Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": type };
  await exchange("POST", where, JSON.stringify(report), headers);
}

function failure(error) {
  try {
    if (!isError(error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
    const trace = shown(error.stack).split("\n");
    return {
      errorType: shown(error.name),
      errorMessage: shown(error.message),
      trace: trace.filter((line) => !line.includes(import.meta.url) && !line.includes(`(${HERE}:`)),
    };
  } catch {
    const message = "callback called with Error argument, but there was a problem while retrieving one or more of " +
      "its message, name, and stack";
    return { errorType: "handled", errorMessage: message, trace: [] };
  }
}

function isError(error) {
  if (!CALLS_BACK) return error instanceof Error;
  const isText = (value) => typeof value === "string" && value !== "";
  return types.isNativeError(error) || (error && [error.name, error.message, error.stack].every(isText));
}

function shown(text) {
  return text.replaceAll("\x7f", "%7F").replaceAll(`- ${HERE}`, `- ${LAMBDAS_OWN}`);
}

function text(result) {
  let json;
  try {
    json = JSON.stringify(result === undefined ? null : result);
  } catch {
    const words = "Unable to stringify response body";
    throw CALLS_BACK ? new Error(words) : new Fault("JSONStringifyError", words);
  }
  if (json === undefined) throw new TypeError("Wrong arguments");
  return json;
}

// The handler

async function load(handler) {
  if (handler.includes("..")) {
    const words = "is not a valid handler name. Use absolute paths when specifying root directories in handler names.";
    throw new Fault("MalformedHandlerName", `'${handler}' ${words}`);
  }
  const name = path.basename(handler);
  const parts = /^([^.]*)\.(.*)$/.exec(name);
  if (!parts) throw new Fault("MalformedHandlerName", "Bad handler");
  const root = path.resolve(process.env.LAMBDA_TASK_ROOT, handler.slice(0, handler.indexOf(name)));
  const module = await loaded(root, parts[1]);
  const found = member(module, parts[2]) || (!CALLS_BACK && member(module?.default, parts[2]));
  if (!found) throw new Fault("HandlerNotFound", `${handler} is undefined or not exported`);
  if (typeof found !== "function") throw new Fault("HandlerNotFound", `${handler} is not a function`);
  if (!CALLS_BACK && found.length >= 3 && !found[STREAMING]) {
    throw new Fault("CallbackHandlerDeprecated", REFUSED_CALLBACK);
  }
  return found;
}

async function loaded(root, name) {
  try {
    const file = fileOf(path.resolve(root, name));
    if (!file) return require(require.resolve(name, { paths: [process.env.LAMBDA_TASK_ROOT, root] }));
    return isModule(file) ? await import(pathToFileURL(file)) : require(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Fault("UserCodeSyntaxError", String(error), error.stack);
    if (error?.code === "MODULE_NOT_FOUND") throw new Fault("ImportModuleError", String(error));
    throw error;
  }
}

function fileOf(base) {
  return ["", ".js", ".mjs", ".cjs"].map((extension) => base + extension).find(isFile);
}

function isModule(file) {
  if (!CALLS_BACK || file.endsWith(".mjs")) return true;
  return file.endsWith(".js") && isModuleFolder(path.dirname(file));
}

// The nearest package.json says whether a `.js` file is an ES module.
function isModuleFolder(folder) {
  if (path.basename(folder) === "node_modules") return false;
  const description = path.join(folder, "package.json");
  if (fs.existsSync(description)) {
    try {
      return JSON.parse(fs.readFileSync(description))?.type === "module";
    } catch {
      return false;
    }
  }
  return folder !== path.dirname(folder) && isModuleFolder(path.dirname(folder));
}

function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function member(owner, names) {
  return names.split(".").reduce((value, name) => value && value[name], owner);
}

// One invocation

let whenIdle = () => {};
let running = null;
process.on("beforeExit", () => whenIdle());

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const parsed = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
  return {
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed("lambda-runtime-client-context"),
    identity: parsed("lambda-runtime-cognito-identity"),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    tenantId: headers["lambda-runtime-aws-tenant-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

// The JSON text of the answer, by whichever way the handler gives one first. A callback's answer is taken once nothing
// is left to do, unless `callbackWaitsForEmptyEventLoop` is false; one that cannot be given leaves the way open.
function firstAnswer(handler, event, context) {
  return new Promise((resolve, reject) => {
    let given = false;
    const once = (give) => (...values) => {
      if (given) return;
      give(...values);
      given = true;
    };
    const refuse = (error) => {
      if (!(error instanceof Error)) String(error); // AWS's client writes it to the log first, and may fail at that
      reject(error);
    };
    const give = (isOver, error, result) => {
      whenIdle = () => {};
      if (error !== undefined && error !== null) refuse(error);
      else if (isOver()) resolve(text(result));
      else whenIdle = () => setImmediate(() => resolve(text(result)));
    };
    const callback = once((error, result) => give(() => !context.callbackWaitsForEmptyEventLoop, error, result));
    context.callbackWaitsForEmptyEventLoop = true;
    context.done = once((error, result) => give(() => true, error, result));
    context.succeed = once((result) => give(() => true, null, result));
    context.fail = once((error) => give(() => true, error ?? "handled"));
    whenIdle = () => resolve("null");
    try {
      const returned = handler(event, context, callback);
      if (typeof returned?.then === "function") returned.then(context.succeed, context.fail).catch(context.fail);
    } catch (error) {
      callback(error);
    }
  });
}

// What a streaming handler wrote, as Invoke returns it: whole.
class ResponseStream extends Writable {
  #chunks = [];
  #isStarted = false;

  setContentType() {
    if (this.#isStarted) throw new Fault("InvalidStreamingOperation", "Cannot set content-type, too late.");
  }

  write(chunk, ...rest) {
    const isPlain = typeof chunk === "string" || chunk instanceof Uint8Array;
    if (!this.#isStarted) this._onBeforeFirstWrite?.((start) => this.#chunks.push(Buffer.from(start)));
    this.#isStarted = true;
    return super.write(isPlain ? chunk : JSON.stringify(chunk), ...rest);
  }

  _write(chunk, encoding, done) {
    this.#chunks.push(chunk);
    done();
  }

  async whole() {
    if (!this.writableFinished) await new Promise((resolve) => this.once("finish", resolve));
    return Buffer.concat(this.#chunks);
  }
}

async function streamed(handler, event, context) {
  const stream = new ResponseStream();
  const returned = handler(event, stream, context);
  if (typeof returned?.then !== "function") throw "Streaming does not support non-async handlers.";
  await returned;
  return stream.whole();
}

if (!["1", "true"].includes(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) {
  globalThis.awslambda = {
    streamifyResponse: (handler) => Object.assign(handler, { [STREAMING]: "response" }),
    HttpResponseStream: {
      from(stream, metadata) {
        stream.setContentType("application/vnd.awslambda.http-integration-response");
        stream._onBeforeFirstWrite = (write) => [JSON.stringify(metadata), Buffer.alloc(8)].forEach(write);
        return stream;
      },
    },
  };
}
console.fatal = console.error;

async function answer(handler, event, context) {
  if (handler[STREAMING]) return streamed(handler, event, context);
  return CALLS_BACK ? firstAnswer(handler, event, context) : text(await handler(event, context));
}

async function answerNext(handler) {
  const { headers, body } = await exchange("GET", "invocation/next");
  running = `invocation/${headers["lambda-runtime-aws-request-id"]}`;
  process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"] ?? "";
  let given;
  try {
    given = await answer(handler, JSON.parse(body), contextOf(headers));
  } catch (error) {
    await fail(`${running}/error`, error);
    running = null;
    return;
  }
  await exchange("POST", `${running}/response`, given, { "Content-Type": "application/json" });
  running = null;
}

async function giveUp(error) {
  await fail(running ? `${running}/error` : "init/error", error);
  process.exit(129);
}

async function run() {
  let handler;
  try {
    handler = await load(process.env._HANDLER);
  } catch (error) {
    await giveUp(error);
  }
  for (;;) await answerNext(handler);
}

if (CALLS_BACK) {
  process.on("uncaughtException", giveUp);
  process.on("unhandledRejection", (reason) => {
    giveUp(new Fault("UnhandledPromiseRejection", String(reason), reason?.stack));
  });
}
run();
