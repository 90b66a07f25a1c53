// In place of the native client of aws-lambda-ric, which is C++: `next`, `done` and `error` of the Runtime API over
// HTTP. `done` and `error` return once the answer was taken, as the native ones do: a worker thread sends.
const http = require("http");
const { Worker } = require("worker_threads");

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const PATH = "/2018-06-01/runtime/invocation";
const NAMES = ["deadline-ms", "aws-request-id", "trace-id", "invoked-function-arn", "client-context",
  "cognito-identity", "aws-tenant-id"].map((name) => `lambda-runtime-${name}`);
const SENDER = `
  const { parentPort, workerData } = require("worker_threads");
  parentPort.on("message", ({ path, body }) => {
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
    const request = require("http").request({ ...workerData.to, method: "POST", path, headers }, (response) => {
      response.resume().on("end", finished);
    });
    request.on("error", finished).end(body);
  });
  function finished() {
    Atomics.store(workerData.done, 0, 1);
    Atomics.notify(workerData.done, 0);
  }`;
const done = new Int32Array(new SharedArrayBuffer(4));
const sender = new Worker(SENDER, { eval: true, workerData: { done, to: { host, port } } });
sender.unref();

function send(path, ...texts) {
  if (!texts.every((text) => typeof text === "string")) throw new TypeError("Wrong arguments");
  Atomics.store(done, 0, 0);
  sender.postMessage({ path: `${PATH}/${path}`, body: texts[0] });
  Atomics.wait(done, 0, 0);
}

exports.initializeClient = () => {};
exports.done = (id, body) => send(`${id}/response`, body);
exports.error = (id, body, xray) => send(`${id}/error`, body, xray);
exports.next = () => new Promise((resolve, reject) => {
  http.get({ host, port, path: `${PATH}/next` }, (response) => {
    const chunks = [];
    response.on("data", (chunk) => chunks.push(chunk));
    response.on("end", () => {
      const given = NAMES.filter((name) => response.headers[name]);
      const headers = Object.fromEntries(given.map((name) => [name, response.headers[name]]));
      headers["lambda-runtime-deadline-ms"] = Number(headers["lambda-runtime-deadline-ms"]);
      resolve({ bodyJson: Buffer.concat(chunks).toString(), headers });
    });
  }).on("error", reject);
});
