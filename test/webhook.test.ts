/** The webhook against real receivers: order, repetition, refusals, signatures, and its end. */
import { createHmac } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import type { HookListener } from "../src/effects/hook.ts";
import { QUEUE_LIMIT } from "../src/effects/hook-queue.ts";
import { createWebhook, type Patience } from "../src/effects/webhook.ts";
import { retryAfterOf } from "../src/effects/webhook-post.ts";
import { listeningServer } from "./support/fake-server.ts";
import { ear, HOST_ID, step } from "./support/hook-steps.ts";
import { SOON_MS } from "./support/soon.ts";
import { type ReceiverAnswer, webhookReceiver } from "./support/webhook-receiver.ts";

const QUICK: Patience = { firstMs: 10, longestMs: 40, keptMs: 60_000 };

function hookAt(
  url: string,
  listener: HookListener,
  {
    secret = null,
    deadlineMs = 5000,
    ...patience
  }: Partial<Patience> & { secret?: string | null; deadlineMs?: number } = {},
) {
  const hook = createWebhook({ url, secret, deadlineMs }, listener, { ...QUICK, ...patience });
  onTestFinished(() => hook.stop());
  return hook;
}

test("webhook: a step arrives as one CloudEvent", async () => {
  const receiver = await webhookReceiver();
  hookAt(receiver.url, ear()).send(step(42));
  const [{ method, path, headers, body } = {} as never] = await receiver.count(1);
  expect({ method, path }).toEqual({ method: "POST", path: "/hook" });
  expect(headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
  expect(headers["webhook-id"]).toBe(`${HOST_ID}-42-1767323045006`);
  expect(Number(headers["webhook-timestamp"])).toBeGreaterThan(1_767_323_045);
  expect(headers["webhook-signature"]).toBeUndefined();
  const event = JSON.parse(body);
  expect(event).toMatchObject({
    specversion: "1.0",
    id: headers["webhook-id"],
    source: `urn:runtime-profile:${HOST_ID}`,
    type: "dev.runtimeprofile.degraded.v1",
    time: "2026-01-02T03:04:05.006Z",
    subject: "LOCAL_GPU_MID.degraded.cpu",
    datacontenttype: "application/json",
    data: {
      event: "degraded",
      seq: 42,
      from: "LOCAL_GPU_MID.nominal",
      to: "LOCAL_GPU_MID.degraded.cpu",
      tier: "LOCAL_GPU_MID",
      rung: "cpu",
      code: "VRAM_EXHAUSTED",
      sentence: "GPU memory is nearly full, 显存将满",
    },
  });
});

test("webhook: a step up says so, and one that the log lost has a number of its own", async () => {
  const receiver = await webhookReceiver();
  const hook = hookAt(receiver.url, ear());
  hook.send(step(null, true));
  hook.send(step(null, true));
  const [one, two] = await receiver.count(2);
  expect(JSON.parse(one?.body ?? "")).toMatchObject({
    type: "dev.runtimeprofile.recovered.v1",
    data: { event: "recovered", seq: null },
  });
  expect(one?.id).not.toBe(two?.id);
});

test.each([
  [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64"),
  ],
  ["a plain text of some length", Buffer.from("a plain text of some length")],
])("webhook: what is signed with %s can be checked by anybody who has it", async (secret, key) => {
  const receiver = await webhookReceiver([503, 204]);
  hookAt(receiver.url, ear(), { secret }).send(step(1));
  for (const { headers, body } of await receiver.count(2)) {
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    const mac = createHmac("sha256", key).update(signed).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${mac}`);
    expect(JSON.stringify(headers)).not.toContain(secret);
  }
});

test("webhook: a receiver that comes up later gets everything once, in order", async () => {
  const first = await webhookReceiver();
  await first.stop();
  const heard = ear();
  const hook = hookAt(first.url, heard);
  for (const seq of [1, 2, 3]) hook.send(step(seq));
  await expect.poll(() => heard.told.length).toBe(1);
  const again = await webhookReceiver([204], Number(new URL(first.url).port));
  await again.count(3);
  expect(again.received.map(({ body }) => JSON.parse(body).data.seq)).toEqual([1, 2, 3]);
  expect(heard.told).toEqual([
    { trouble: { seq: 1, reason: "unreachable", attempts: 3, status: null, said: "ECONNREFUSED" } },
    { relief: { seq: 1, attempts: expect.any(Number), lost: 0 } },
  ]);
});

test("webhook: an answer that is lost brings the same event again, under the same id", async () => {
  const receiver = await webhookReceiver([(response) => response.destroy(), 204]);
  hookAt(receiver.url, ear()).send(step(7));
  const [one, two] = await receiver.count(2);
  expect([two?.id, two?.body]).toEqual([one?.id, one?.body]);
});

test("webhook: a short trouble is no outage", async () => {
  const receiver = await webhookReceiver([500, 503, 200]);
  const heard = ear();
  const hook = hookAt(receiver.url, heard);
  hook.send(step(1));
  hook.send(step(2));
  await receiver.count(4);
  expect(heard.told).toEqual([]);
});

test("webhook: pauses grow to their limit", async () => {
  const receiver = await webhookReceiver([500]);
  const hook = hookAt(receiver.url, ear(), { firstMs: 40, longestMs: 160 });
  hook.send(step(1));
  const times = (await receiver.count(6)).map(({ at }) => at);
  const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  for (const [index, least] of [40, 80, 160, 160, 160].entries())
    expect(pauses[index]).toBeGreaterThanOrEqual(least - 2);
});

test.each([
  [301, "redirect"],
  [308, "redirect"],
  [400, "refused"],
  [401, "refused"],
  [404, "refused"],
] as const)("webhook: %i is an answer that is not asked for twice", async (status, reason) => {
  const elsewhere = await webhookReceiver();
  const receiver = await webhookReceiver([[status, { location: elsewhere.url }], 204]);
  const heard = ear();
  const hook = hookAt(receiver.url, heard);
  hook.send(step(1));
  hook.send(step(2));
  await receiver.count(2);
  await expect.poll(() => heard.told.length).toBe(2);
  expect(receiver.received.map(({ body }) => JSON.parse(body).data.seq)).toEqual([1, 2]);
  expect(elsewhere.received).toEqual([]);
  expect(heard.told).toEqual([
    { trouble: { seq: 1, reason, attempts: 1, status, said: "" } },
    { relief: { seq: 2, attempts: 1, lost: 1 } },
  ]);
});

test.each([408, 425, 429, 500, 502, 503])("webhook: %i is asked again", async (status) => {
  const receiver = await webhookReceiver([status, 204]);
  hookAt(receiver.url, ear()).send(step(1));
  const [one, two] = await receiver.count(2);
  expect(two?.id).toBe(one?.id);
});

test("webhook: 410 ends it; nothing is posted any more", async () => {
  const receiver = await webhookReceiver([410]);
  const heard = ear();
  const hook = hookAt(receiver.url, heard);
  hook.send(step(1));
  hook.send(step(2));
  await expect.poll(() => heard.told.length).toBe(1);
  hook.send(step(3));
  await hook.stop();
  expect(receiver.received).toHaveLength(1);
  expect(heard.told).toEqual([
    { trouble: { seq: 1, reason: "gone", attempts: 1, status: 410, said: "" } },
  ]);
});

test.each<[string, ReceiverAnswer]>([
  ["seconds", [429, { "retry-after": "1" }]],
  [
    "a date",
    (response) => {
      const date = new Date(Date.now() + 2000).toUTCString();
      response.writeHead(503, { "retry-after": date }).end();
    },
  ],
])("webhook: Retry-After in %s is kept", async (_, answer) => {
  const receiver = await webhookReceiver([answer, 204]);
  hookAt(receiver.url, ear()).send(step(1));
  const [one, two] = await receiver.count(2);
  expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThanOrEqual(990);
});

test.each([
  [undefined, 0],
  ["", 0],
  ["soon", 0],
  ["-5", 0],
  ["0", 0],
  ["120", 120_000],
  ["3600", 3_600_000],
  ["3601", 3_600_000],
  ["999999999999", 3_600_000],
  ["Thu, 01 Jan 1970 00:00:30 GMT", 30_000],
  ["Wed, 31 Dec 1969 23:00:00 GMT", 0],
])("webhook: Retry-After %o means %i ms", (header, wanted) => {
  expect(retryAfterOf(header, 0)).toBe(wanted);
});

test("webhook: a receiver that says nothing is left at the deadline and asked again", async () => {
  const receiver = await webhookReceiver([() => {}, () => {}, () => {}, 204]);
  const heard = ear();
  hookAt(receiver.url, heard, { deadlineMs: 100 }).send(step(1));
  await receiver.count(4);
  await expect.poll(() => heard.told.length).toBe(2);
  expect(heard.told[0]).toEqual({
    trouble: { seq: 1, reason: "timeout", attempts: 3, status: null, said: "" },
  });
});

test.each([
  [
    "https where only http is spoken",
    (url: string) => url.replace("http:", "https:"),
    /^EPROTO|SSL/,
  ],
  ["another protocol", () => "ftp://127.0.0.1/hook", /^ERR_INVALID_URL$/],
  ["something that is no address", () => "no address", /^ERR_INVALID_URL$/],
] as const)("webhook: %s is unreachable, and the address is not said", async (_, urlOf, said) => {
  const receiver = await webhookReceiver();
  const heard = ear();
  hookAt(urlOf(receiver.url), heard).send(step(1));
  await expect.poll(() => heard.told.length).toBe(1);
  expect(heard.told).toMatchObject([
    { trouble: { seq: 1, reason: "unreachable", attempts: 3, said: expect.stringMatching(said) } },
  ]);
  expect(JSON.stringify(heard.told)).not.toMatch(/127|hook"/);
  expect(receiver.received).toEqual([]);
});

test("webhook: an answer that never ends holds nobody up", async () => {
  const server = await listeningServer((_, response) => {
    response.writeHead(200).write("and");
    response.write(" so on");
  });
  const hook = hookAt(server.address, ear(), { deadlineMs: 10_000 });
  for (const seq of [1, 2, 3]) hook.send(step(seq));
  await expect.poll(() => server.asked.length).toBe(3);
});

test("webhook: of too many that wait the oldest goes, and is counted", async () => {
  let answer = (): void => {};
  const receiver = await webhookReceiver([
    (response) => {
      answer = () => void response.writeHead(204).end();
    },
    204,
  ]);
  const heard = ear();
  const hook = hookAt(receiver.url, heard);
  hook.send(step(0));
  await receiver.count(1);
  for (let seq = 1; seq <= QUEUE_LIMIT + 2; seq += 1) hook.send(step(seq));
  expect(heard.told).toEqual([
    { trouble: { seq: 1, reason: "overflow", attempts: 0, status: null, said: "" } },
  ]);
  answer();
  await receiver.count(QUEUE_LIMIT + 1);
  const seqs = receiver.received.map(({ body }) => JSON.parse(body).data.seq);
  expect(seqs).toEqual([0, ...Array.from({ length: QUEUE_LIMIT }, (_, index) => index + 3)]);
  expect(heard.told.at(-1)).toEqual({ relief: { seq: 0, attempts: 1, lost: 2 } });
});

test("webhook: an event that waited too long is given up, the next one goes on", async () => {
  const receiver = await webhookReceiver([500, 204]);
  const heard = ear();
  const hook = hookAt(receiver.url, heard, { keptMs: 0 });
  hook.send(step(1));
  await expect.poll(() => heard.told.length).toBe(1);
  hook.send(step(2));
  await expect.poll(() => heard.told.length).toBe(2);
  expect(heard.told).toEqual([
    { trouble: { seq: 1, reason: "server_error", attempts: 1, status: 500, said: "" } },
    { relief: { seq: 2, attempts: 1, lost: 1 } },
  ]);
});

test("webhook: at the stop what waits is told without a pause", async () => {
  const receiver = await webhookReceiver([503, 204]);
  const heard = ear();
  const hook = hookAt(receiver.url, heard, {
    firstMs: 60_000,
    longestMs: 60_000,
    keptMs: 3_600_000,
  });
  for (const seq of [1, 2]) hook.send(step(seq));
  await receiver.count(1);
  await hook.stop();
  expect(receiver.received.map(({ body }) => JSON.parse(body).data.seq)).toEqual([1, 1, 2]);
  expect(heard.told).toEqual([]);
});

test("webhook: at the stop a receiver that says nothing is left within two seconds", async () => {
  const receiver = await webhookReceiver([() => {}]);
  const heard = ear();
  const hook = hookAt(receiver.url, heard, { deadlineMs: 60_000 });
  for (const seq of [1, 2]) hook.send(step(seq));
  await receiver.count(1);
  const began = performance.now();
  await hook.stop();
  expect(performance.now() - began).toBeLessThan(SOON_MS);
  expect(heard.told).toEqual([
    { trouble: { seq: 1, reason: "stopped", attempts: 1, status: null, said: "" } },
  ]);
  hook.send(step(3));
  await hook.stop();
  expect(receiver.received).toHaveLength(1);
});
