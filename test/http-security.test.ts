import { connect } from "node:net";
import { homedir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Service, startService } from "./http-helper.ts";

const TOKEN = "0123456789abcdef";

let open: Service;
let guarded: Service;
beforeAll(async () => {
  open = await startService({ allowedHosts: ["studio.lan", "proxy.lan:8443"] });
  guarded = await startService({ token: TOKEN, requireToken: true });
});
afterAll(async () => {
  await open.stop();
  await guarded.stop();
});

/** The answer to bytes that no client library would send. */
function rawAnswer(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let received = "";
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => {
      received += part;
    });
    socket.on("end", () => resolve(received));
    socket.on("error", reject);
  });
}

test("Host: only exact names with the right port, or none, are answered", async () => {
  const { port } = open;
  const cases = [
    [`localhost:${port}`, 200],
    ["localhost", 200],
    ["LOCALHOST", 200],
    [`127.0.0.1:${port}`, 200],
    ["127.0.0.1", 200],
    [`[::1]:${port}`, 200],
    ["[::1]", 200],
    ["studio.lan", 200],
    [`studio.lan:${port}`, 200],
    ["proxy.lan:8443", 200],
    ["proxy.lan", 421],
    [`proxy.lan:${port}`, 421],
    [`localhost:${port + 1}`, 421],
    ["localhost.", 421],
    ["evil.example", 421],
    [`evil.example:${port}`, 421],
    ["localhost.evil.example", 421],
    ["127.0.0.1.evil.example", 421],
    ["127.0.0.2", 421],
    ["0.0.0.0", 421],
    ["192.168.0.1", 421],
  ] as const;
  for (const [host, expected] of cases) {
    const { status, json } = await open.ask("/api/runtime/policy", { headers: { host } });
    expect([host, status]).toEqual([host, expected]);
    if (status === 421) expect(json["code"]).toBe("RP_HOST_REFUSED");
  }
});

test("Host: an empty one and none at all are refused, on every path", async () => {
  for (const path of ["/healthz", "/docs", "/", "/nowhere"]) {
    for (const host of ["Host:\r\n", "Host: \r\n", ""]) {
      const request = `GET ${path} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
      const answer = await rawAnswer(open.port, request);
      expect(answer, path).toMatch(/^HTTP\/1\.1 421 /);
      expect(answer, path).toContain("RP_HOST_REFUSED");
    }
  }
  expect(await rawAnswer(open.port, "GET /healthz HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 421 /);
});

test("Origin: only the service's own may ask", async () => {
  const { host, port } = open;
  const cases = [
    [`http://${host}`, 200],
    [`HTTP://${host}`, 200],
    [`https://${host}`, 403],
    [`http://localhost:${port}`, 403],
    ["http://evil.example", 403],
    ["null", 403],
    ["", 403],
  ] as const;
  for (const [origin, expected] of cases) {
    const headers = { host, origin };
    for (const method of ["GET", "POST"]) {
      const path = method === "GET" ? "/api/runtime/status" : "/api/runtime/policy/restore";
      const { status, json } = await open.ask(path, { method, headers });
      expect([method, origin, status]).toEqual([method, origin, expected]);
      if (status === 403) expect(json["code"]).toBe("RP_ORIGIN_REFUSED");
    }
  }
});

test("Sec-Fetch-Site: other sites cannot send what changes something", async () => {
  const cases = [
    ["same-origin", 200, 200],
    ["none", 200, 200],
    ["same-site", 403, 200],
    ["cross-site", 403, 200],
  ] as const;
  for (const [site, post, get] of cases) {
    const headers = { "sec-fetch-site": site };
    const act = await open.ask("/api/runtime/policy/restore", { method: "POST", headers });
    const read = await open.ask("/api/runtime/policy", { headers });
    expect([site, act.status, read.status]).toEqual([site, post, get]);
  }
});

test("reload by GET: neither from a page's script nor from another site", async () => {
  const path = "/api/runtime/profile/reload";
  const { host } = open;
  const cases = [
    [{ "sec-fetch-site": "same-origin" }, 200],
    [{ "sec-fetch-site": "none" }, 200],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "same-site" }, 403],
    [{ host, origin: `http://${host}` }, 403],
  ] as const;
  for (const [headers, expected] of cases) {
    for (const method of ["GET", "HEAD"]) {
      const { status } = await open.ask(path, { method, headers });
      expect([headers, method, status]).toEqual([headers, method, expected]);
    }
  }
});

test("refused requests: leave no trace in the log", async () => {
  const count = async () =>
    (await open.ask("/api/runtime/events?type=degrade.requested&limit=1000")).json["events"];
  const before = await count();
  const attempts = [
    { host: "evil.example" },
    { origin: "http://evil.example" },
    { "sec-fetch-site": "cross-site" },
  ] as const;
  for (const headers of attempts) {
    const { status } = await open.ask("/api/runtime/policy/degrade", {
      method: "POST",
      headers,
      body: { rung: "shed" },
    });
    expect(status).toBeGreaterThanOrEqual(400);
  }
  expect(await count()).toEqual(before);
});

test("bodies: JSON only, at most 64 KiB, nothing unknown, no type guessed", async () => {
  const json = { "content-type": "application/json" };
  const path = "/api/runtime/policy/restore";
  const padded = (bytes: number) => `{}${" ".repeat(bytes - 2)}`;
  const cases = [
    [json, "{}", 200],
    [{ "content-type": "application/json; charset=utf-8" }, "{}", 200],
    [json, padded(64 * 1024), 200],
    [json, padded(64 * 1024 + 1), 413],
    [{ "content-type": "text/plain" }, "{}", 415],
    [{ "content-type": "application/x-www-form-urlencoded" }, "reason=x", 415],
    [{ "content-type": "multipart/form-data; boundary=x" }, "--x--", 415],
    [{}, "{}", 415],
    [{ "content-type": "application/x-www-form-urlencoded", "content-length": "0" }, "", 200],
    [{ "content-type": "nonsense", "content-length": "0" }, "", 200],
    [{ ...json, "content-length": "0" }, "", 200],
    [json, "null", 400],
    [json, "{", 400],
    [json, "[]", 400],
    [json, '"x"', 400],
    [json, '{"unknown":1}', 400],
    [json, '{"reason":1}', 400],
    [json, '{"__proto__":{"a":1}}', 400],
    [json, JSON.stringify({ reason: "x".repeat(300) }), 200],
    [json, JSON.stringify({ reason: "x".repeat(301) }), 400],
  ] as const;
  for (const [headers, body, expected] of cases) {
    const { status, json: answer } = await open.ask(path, { method: "POST", headers, body });
    expect([body.slice(0, 40), headers, status]).toEqual([body.slice(0, 40), headers, expected]);
    if (status >= 400) expect(answer["code"]).toBe("RP_REQUEST");
  }
});

test("headers: nothing is framed, guessed, shared or loaded from elsewhere", async () => {
  for (const path of ["/", "/docs", "/api/runtime/status", "/nowhere"]) {
    const { headers } = await open.ask(path);
    expect(headers["x-content-type-options"], path).toBe("nosniff");
    expect(headers["content-security-policy"], path).toContain("default-src 'self'");
    expect(headers["content-security-policy"], path).not.toContain("http");
    expect(headers["content-security-policy"], path).not.toContain("upgrade-insecure");
    expect(headers["strict-transport-security"], path).toBeUndefined();
    expect(headers["cross-origin-resource-policy"], path).toBe("same-origin");
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  }
  const preflight = await open.ask("/api/runtime/status", {
    method: "OPTIONS",
    headers: { "access-control-request-method": "GET" },
  });
  expect(preflight.status).toBe(405);
});

test("token: every route but the health check asks for it", async () => {
  const paths = ["/", "/docs", "/docs/json", "/api/runtime/status", "/nowhere"];
  for (const path of paths) {
    const without = await guarded.ask(path);
    expect([path, without.status, without.json["code"]]).toEqual([path, 401, "RP_UNAUTHORIZED"]);
    expect(without.headers["www-authenticate"]).toMatch(/^Bearer /);
    const { status } = await guarded.ask(path, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect([path, status]).toEqual([path, path === "/nowhere" ? 404 : 200]);
  }
  expect((await guarded.ask("/healthz")).status).toBe(200);
});

test("token: the API document asks for it where the service does", async () => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const asked = await guarded.ask("/docs/json", { headers });
  expect(asked.json["security"]).toEqual([{ bearer: [] }]);
  expect((await open.ask("/docs/json")).json["security"]).toBeUndefined();
});

test("token: only the whole token, as a bearer, is right", async () => {
  const cases = [
    [`Bearer ${TOKEN}`, 200],
    [`bearer ${TOKEN}`, 200],
    [`Bearer ${TOKEN}x`, 401],
    [`Bearer ${TOKEN.slice(0, -1)}`, 401],
    [`Bearer ${TOKEN} x`, 401],
    [`Basic ${TOKEN}`, 401],
    [TOKEN, 401],
    ["Bearer ", 401],
    ["Bearer undefined", 401],
  ] as const;
  for (const [authorization, expected] of cases) {
    const { status } = await guarded.ask("/api/runtime/policy", { headers: { authorization } });
    expect([authorization, status]).toEqual([authorization, expected]);
  }
});

test("token: the Host check stands before it", async () => {
  const { status } = await guarded.ask("/api/runtime/policy", {
    headers: { host: "evil.example", authorization: `Bearer ${TOKEN}` },
  });
  expect(status).toBe(421);
});

test("answers: home folders are not told, also when a user wrote them", async () => {
  const reason = `cutting ${homedir()}/film.mov and /home/alice/clip.mov`;
  await open.ask("/api/runtime/policy/degrade", { method: "POST", body: { reason } });
  const { text } = await open.ask("/api/runtime/events?type=degrade.requested&limit=1000");
  expect(text).toContain("cutting ~/film.mov and ~/clip.mov");
  expect(text).not.toContain("alice");
  await open.ask("/api/runtime/policy/restore", { method: "POST" });
});
