// MQTT.js: `node mqtt_js.cjs CA PORT SCENARIOS`.
const fs = require("fs");
const mqtt = require("mqtt");
const [ca, port, scenarios] = process.argv.slice(2);

function run(scenario) {
  return new Promise((done) => {
    const seen = {};
    const websocket = scenario.transport === "wss";
    const client = mqtt.connect(websocket ? `wss://localhost:${port}/mqtt` : `mqtts://localhost:${port}`, {
      ca: fs.readFileSync(ca),
      clientId: scenario.clientId,
      username: scenario.username,
      password: scenario.password,
      protocolVersion: scenario.version === 5 ? 5 : 4,
      reconnectPeriod: 0,
      connectTimeout: 10000,
      ...(websocket ? {} : { ALPNProtocols: ["mqtt"] }),
    });
    const finish = () => client.end(true, () => done(seen));
    client.on("close", () => { seen.closed = true; finish(); });
    client.on("error", (error) => { seen.error = error.code; });
    client.on("message", (topic, payload) => {
      (seen.messages ??= []).push(payload.toString());
      if (payload.toString() === "last") finish();
    });
    client.on("connect", (packet) => {
      seen.connected = packet.reasonCode ?? packet.returnCode;
      const publish = () => {
        if (!scenario.publish) return scenario.subscribe ? last() : finish();
        client.publish(scenario.publish, "hello", { qos: 1 }, (error) => {
          if (seen.closed) return;
          seen.published = error ? error.code : 0;
          if (error || !scenario.subscribe) return finish();
          last();
        });
      };
      const last = () => client.publish(scenario.last, "last", { qos: 1 });
      if (!scenario.subscribe) return publish();
      client.subscribe(scenario.subscribe, { qos: 1 }, (error, granted) => {
        if (seen.closed) return;
        seen.subscribed = error ? error.code ?? 128 : granted[0].qos;
        if (error || seen.subscribed >= 128) return finish();
        publish();
      });
    });
  });
}

(async () => {
  const results = [];
  for (const scenario of JSON.parse(scenarios)) results.push(await run(scenario));
  console.log(JSON.stringify(results));
})();
