// Runs a Node.js handler against the Lambda Runtime API as Lambda's own runtime does, with Node's own modules alone.
// CommonJS and ES modules; async handlers, handlers that return a promise, and handlers that call back.

import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";

const RUNTIME = "/2018-06-01/runtime";
const EXTENSIONS = [".js", ".mjs", ".cjs", "", "/index.js"];
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

class Fault extends Error {
  constructor(name, message) {
    super(message);
    this.name = `Runtime.${name}`;
  }
}

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

function failure(error) {
  if (error instanceof Error || typeof error?.stack === "string") {
    const trace = String(error.stack).split("\n");
    return { errorType: error.name, errorMessage: error.message, trace: trace.filter((line) => !isOurs(line)) };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function isOurs(line) {
  return line.trimStart().startsWith("at ") && line.includes(import.meta.url);
}

async function fail(where, error) {
  const report = failure(error);
  console.error(report.trace.length ? report.trace.join("\n") : `${report.errorType}: ${report.errorMessage}`);
  const type = /^[\x21-\x7e]+$/.test(report.errorType) ? report.errorType : "Error";
  const headers = { "Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": type };
  await exchange("POST", where, JSON.stringify(report), headers);
}

async function load(handler) {
  const parts = /^([^.]*)\.(.+)$/.exec(path.basename(handler));
  if (!parts) throw new Fault("MalformedHandlerName", "Bad handler");
  const root = path.resolve(process.env.LAMBDA_TASK_ROOT, path.dirname(handler), parts[1]);
  const module = await importFile(root, parts[1]);
  const found = member(module, parts[2]) ?? member(module.default, parts[2]);
  if (found === undefined) throw new Fault("HandlerNotFound", `${handler} is undefined or not exported`);
  if (typeof found !== "function") throw new Fault("HandlerNotFound", `${handler} is not a function`);
  return found;
}

async function importFile(root, name) {
  const file = EXTENSIONS.map((extension) => root + extension).find(isFile);
  if (!file) throw new Fault("ImportModuleError", `Error: Cannot find module '${name}'`);
  try {
    return await import(pathToFileURL(file));
  } catch (error) {
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
      throw new Fault("ImportModuleError", String(error));
    }
    if (error instanceof SyntaxError) throw syntaxFault(error);
    throw error;
  }
}

function syntaxFault(error) {
  const fault = new Fault("UserCodeSyntaxError", String(error));
  fault.stack = error.stack;
  return fault;
}

function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function member(owner, names) {
  return names.split(".").reduce((value, name) => value?.[name], owner);
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const parsed = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed("lambda-runtime-client-context"),
    identity: parsed("lambda-runtime-cognito-identity"),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// What ends a handler that gave no promise: nothing is left to do. Lambda then answers what was called back, or null.
let whenIdle = () => {};
let running = null;
process.on("beforeExit", () => whenIdle());

function call(handler, event, context) {
  return new Promise((resolve, reject) => {
    let settle = () => resolve(null);
    const callback = (error, result) => {
      settle = () => (error ? reject(error) : resolve(result));
      if (!context.callbackWaitsForEmptyEventLoop) settle();
    };
    context.done = (error, result) => {
      context.callbackWaitsForEmptyEventLoop = false;
      callback(error, result);
    };
    context.succeed = (result) => context.done(null, result);
    context.fail = (error) => context.done(error ?? new Error("handled"));
    whenIdle = () => settle();
    const returned = handler(event, context, callback);
    if (typeof returned?.then === "function") returned.then(resolve, reject);
  });
}

function text(result) {
  try {
    return JSON.stringify(result) ?? "null";
  } catch {
    throw new Error("Unable to stringify response body");
  }
}

async function answerNext(handler) {
  const { headers, body } = await exchange("GET", "invocation/next");
  running = `invocation/${headers["lambda-runtime-aws-request-id"]}`;
  process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"] ?? "";
  let answer;
  try {
    answer = text(await call(handler, JSON.parse(body), contextOf(headers)));
  } catch (error) {
    await fail(`${running}/error`, error);
    running = null;
    return;
  }
  await exchange("POST", `${running}/response`, answer, { "Content-Type": "application/json" });
  running = null;
}

async function giveUp(error) {
  await fail(running ? `${running}/error` : "init/error", error);
  process.exit(129);
}

process.on("uncaughtException", giveUp);
process.on("unhandledRejection", (reason) => {
  const fault = new Fault("UnhandledPromiseRejection", String(reason));
  fault.stack = reason?.stack ?? fault.stack;
  giveUp(fault);
});

try {
  const handler = await load(process.env._HANDLER);
  for (;;) await answerNext(handler);
} catch (error) {
  await giveUp(error);
}
