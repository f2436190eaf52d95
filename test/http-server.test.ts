import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { addressOf, closeAll, listenOn, portError } from "../src/http/listening.ts";
import { createServer } from "../src/http/server.ts";
import type { Runtime } from "../src/runtime-types.ts";
import { ask, startService } from "./http-helper.ts";

/** Nothing of it is asked before the server listens. */
const NO_RUNTIME = { language: "en" } as Runtime;

const answerNothing = () => {};

async function occupy(host: string): Promise<number> {
  const server: HttpServer = createHttpServer(answerNothing);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => new Promise((resolve) => void server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

test("server: answers on loopback in every family of the host, on one port", async () => {
  const service = await startService();
  onTestFinished(() => service.stop());
  const server = await createServer(service.runtime, { port: 0 });
  onTestFinished(() => server.close());
  const addresses = await server.listen();
  expect(["127.0.0.1", "::1"].slice(0, addresses.length)).toEqual(
    addresses.map(({ host }) => host),
  );
  for (const { host, port, url } of addresses) {
    expect(port).toBe(addresses[0]?.port);
    expect(url).toBe(host === "::1" ? `http://[::1]:${port}` : `http://${host}:${port}`);
    const answer = await ask({ host, port, path: "/healthz" }, {});
    expect([host, answer.status]).toEqual([host, 200]);
  }
});

test("server: a token is required beyond loopback, before anything listens", async () => {
  const cases = [
    ["0.0.0.0", null],
    ["::", null],
    ["192.168.1.10", null],
    ["studio.lan", null],
    ["0.0.0.0", "0123456789abcde"],
  ] as const;
  for (const [host, token] of cases) {
    await expect(createServer(NO_RUNTIME, { host, token })).rejects.toMatchObject({
      code: "RP_TOKEN_REQUIRED",
      message: expect.stringContaining(host),
    });
  }
  const guarded = await createServer(NO_RUNTIME, { host: "0.0.0.0", token: "0123456789abcdef" });
  await guarded.close();
});

test("server: another loopback address needs no token", async () => {
  const service = await startService({ host: "127.0.0.2" });
  onTestFinished(() => service.stop());
  expect((await service.ask("/healthz")).status).toBe(200);
  expect((await service.ask("/healthz", { headers: { host: "127.0.0.2" } })).status).toBe(200);
});

test("server: a port in use is named, with what to do", async () => {
  const port = await occupy("127.0.0.1");
  const server = await createServer(NO_RUNTIME, { port });
  await expect(server.listen()).rejects.toMatchObject({
    code: "RP_PORT",
    path: "server.port",
    message: expect.stringMatching(new RegExp(`port ${port} .*--port`)),
  });
  await server.close();
});

test("server: closing ends idle connections, twice is once, and the runtime goes on", async () => {
  const service = await startService();
  onTestFinished(() => service.stop());
  const server = await createServer(service.runtime, { port: 0 });
  const [address] = await server.listen();
  const { host = "", port = 0 } = address ?? {};
  await ask({ host, port, path: "/healthz" }, { headers: { connection: "keep-alive" } });
  await server.close();
  await server.close();
  await expect(ask({ host, port, path: "/healthz" }, {})).rejects.toMatchObject({
    code: "ECONNREFUSED",
  });
  expect(service.runtime.monitor().running).toBe(true);
});

test("server: a runtime that has stopped is unavailable, not broken", async () => {
  const service = await startService();
  onTestFinished(() => service.stop());
  await service.runtime.stop();
  const health = await service.ask("/healthz");
  expect([health.status, health.json["code"]]).toEqual([503, "RP_STOPPED"]);
  const act = await service.ask("/api/runtime/policy/restore", { method: "POST" });
  expect([act.status, act.json["code"]]).toEqual([503, "RP_STOPPED"]);
});

test("server: what is not HTTP gets a problem and is closed", async () => {
  const service = await startService();
  onTestFinished(() => service.stop());
  const { status, headers, json } = await service.ask("/healthz", {
    headers: { "x-long": "x".repeat(20_000) },
  });
  expect([status, headers["connection"]]).toEqual([400, "close"]);
  expect(json["code"]).toBe("RP_REQUEST");
});

test("listening: an address that this host lacks is left out, unless it is the first", async () => {
  const servers = await listenOn(["127.0.0.1", "203.0.113.1"], 0, answerNothing);
  expect(servers.map((server) => addressOf(server).host)).toEqual(["127.0.0.1"]);
  await closeAll(servers);
  await expect(listenOn(["203.0.113.1"], 0, answerNothing)).rejects.toMatchObject({
    code: "RP_PORT",
    message: expect.stringContaining("--host"),
  });
});

test("listening: a port that is taken in the second place frees the first again", async () => {
  const port = await occupy("127.0.0.2");
  await expect(listenOn(["127.0.0.1", "127.0.0.2"], port, answerNothing)).rejects.toMatchObject({
    code: "RP_PORT",
    message: expect.stringContaining("127.0.0.2"),
  });
  const servers = await listenOn(["127.0.0.1"], port, answerNothing);
  await closeAll(servers);
});

test("listening: each reason of the system becomes a sentence with a remedy", () => {
  const cases = [
    ["EADDRINUSE", /port 80 on 127\.0\.0\.1 to be free.*--port/],
    ["EACCES", /port 80 on 127\.0\.0\.1.*refuses it.*--port/],
    ["EADDRNOTAVAIL", /127\.0\.0\.1 to be an address of this host.*--host/],
    ["EMFILE", /EMFILE.*--port/],
  ] as const;
  for (const [code, message] of cases) {
    const cause = Object.assign(new Error("inner"), { code });
    const error = portError(cause, "127.0.0.1", 80);
    expect(error).toMatchObject({ code: "RP_PORT", cause });
    expect(error.message).toMatch(message);
  }
});
