/** Live events over real HTTP: where a stream begins, how it goes on, and when it must begin anew. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Service, startService } from "./http-helper.ts";
import { type Asked, type EventStream, openEvents } from "./support/event-stream.ts";

const EVENTS = "/api/runtime/events";

let service: Service;
const open: EventStream[] = [];
beforeAll(async () => {
  service = await startService({ liveClientsMax: 4 });
});
afterAll(async () => {
  await service.stop();
});

/** A stream that this file's tests close again. */
async function events(asked: Omit<Asked, "port"> = {}): Promise<EventStream> {
  const stream = await openEvents({ port: service.port, ...asked });
  open.push(stream);
  return stream;
}

async function closeStreams(): Promise<void> {
  await Promise.all(open.splice(0).map((stream) => stream.close()));
}

function act(count = 1): number {
  for (let task = 0; task < count; task += 1)
    service.runtime.recordTask({ task: "vision", provider: "local", ok: true });
  return service.runtime.seq() ?? 0;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, place) => from + place);
}

test("live: a stream tells what comes from now on, as the page has it", async () => {
  const start = service.runtime.seq() ?? 0;
  const stream = await events();
  expect([stream.status, stream.headers["content-type"]]).toEqual([
    200,
    "text/event-stream; charset=utf-8",
  ]);
  expect(stream.headers).toMatchObject({
    "cache-control": "no-store",
    vary: "Accept",
    "x-content-type-options": "nosniff",
    connection: "close",
  });
  const hello = await stream.first(({ text }) => text.startsWith("retry: 2000\n"));
  expect([hello.id, hello.data]).toEqual([String(start), null]);
  await service.ask("/api/runtime/policy/degrade", { method: "POST", body: { rung: "shed" } });
  await service.ask("/api/runtime/policy/restore", { method: "POST" });
  const end = service.runtime.seq() ?? 0;
  await stream.reaches(end);
  expect(stream.seqs).toEqual(range(start + 1, end));
  const page = await service.ask(`${EVENTS}?after=${start}`);
  const told = stream.heard.filter(({ data }) => data !== null);
  expect(told.map(({ data }) => data)).toEqual(page.json["events"]);
  expect(told.map(({ id }) => id)).toEqual(stream.seqs.map(String));
  expect(told.every(({ event }) => event === null)).toBe(true);
  await closeStreams();
});

test("live: without the right Accept the same address answers a page", async () => {
  for (const accept of [
    "application/json",
    "*/*",
    "text/html",
    "application/*;q=1, text/event-stream;q=0.5",
  ]) {
    const { headers } = await service.ask(EVENTS, { headers: { accept } });
    expect([accept, headers["content-type"]]).toEqual([accept, "application/json; charset=utf-8"]);
  }
});

test("live: Last-Event-ID and after go on from the log; the header wins", async () => {
  const start = act();
  const end = act(300);
  const cases = [
    [{ path: `${EVENTS}?after=${start}` }, start],
    [{ headers: { "last-event-id": String(start + 10) } }, start + 10],
    [{ path: `${EVENTS}?after=1`, headers: { "last-event-id": String(end - 1) } }, end - 1],
    [{ path: `${EVENTS}?after=0` }, 0],
  ] as const;
  for (const [asked, after] of cases) {
    const stream = await events(asked);
    await stream.reaches(end);
    expect(stream.seqs).toEqual(range(after + 1, end));
    await closeStreams();
  }
});

test("live: who goes on from the log hears what comes meanwhile, once", async () => {
  const start = service.runtime.seq() ?? 0;
  act(500);
  const stream = await events({ path: `${EVENTS}?after=${start}` });
  const end = act(20);
  await stream.reaches(end);
  expect(stream.seqs).toEqual(range(start + 1, end));
  const later = act(3);
  await stream.reaches(later);
  expect(stream.seqs).toEqual(range(start + 1, later));
  await closeStreams();
});

test("live: type and kind filter what comes and what is read, and the place moves on all the same", async () => {
  const filters = [
    ["type=restore.requested", ({ type }: { type: string }) => type === "restore.requested"],
    ["kind=output", ({ kind }: { kind: string }) => kind === "output"],
    [
      "type=transition,degrade.requested&kind=input",
      ({ type }: { type: string }) => type === "degrade.requested",
    ],
  ] as const;
  const start = service.runtime.seq() ?? 0;
  const step = async () => {
    await service.ask("/api/runtime/policy/degrade", { method: "POST", body: { rung: "shed" } });
    await service.ask("/api/runtime/policy/restore", { method: "POST" });
    act(2);
  };
  await step();
  const streams = await Promise.all(
    filters.map(([query]) => events({ path: `${EVENTS}?after=${start}&${query}` })),
  );
  await step();
  const page = await service.ask(`${EVENTS}?after=${start}&limit=1000`);
  for (const [index, [query, isWanted]] of filters.entries()) {
    const wanted = (page.json["events"] as never[]).filter(isWanted) as { seq: number }[];
    const stream = streams[index] as EventStream;
    await stream.reaches(wanted.at(-1)?.seq ?? 0);
    expect([query, stream.seqs]).toEqual([query, wanted.map(({ seq }) => seq)]);
  }
  await closeStreams();
});

test("live: an id that this log does not know gets a reset with the snapshot, and goes on", async () => {
  for (const known of ["999999999", "abc", "-1", "1e3", "99999999999999999999"]) {
    const head = act();
    const headers = { "last-event-id": known };
    const stream = await events({ path: `${EVENTS}?lang=zh`, headers });
    const { id, data } = await stream.first(({ event }) => event === "reset");
    expect(id).toBe(String(head));
    expect(data).toEqual({
      why: "unknown_id",
      seq: head,
      host_id: service.runtime.hostId,
      snapshot: (await service.ask("/api/runtime/snapshot?lang=zh")).json,
    });
    await stream.reaches(act());
    expect(stream.seqs).toEqual([head + 1]);
    await closeStreams();
  }
});

test("live: HEAD answers the headers and opens nothing", async () => {
  for (let time = 0; time < 10; time += 1) {
    const answer = await service.ask(EVENTS, {
      method: "HEAD",
      headers: { accept: "text/event-stream" },
    });
    expect([answer.status, answer.headers["content-type"], answer.text]).toEqual([
      200,
      "text/event-stream; charset=utf-8",
      "",
    ]);
  }
  expect((await events()).status).toBe(200);
  await closeStreams();
});

test("live: beyond the most clients a problem says when to come again, and who goes makes room", async () => {
  const streams = await Promise.all([1, 2, 3, 4].map(() => events()));
  expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const refused = await service.ask(EVENTS, { headers: { accept: "text/event-stream" } });
  expect([refused.status, refused.json["code"], refused.headers["retry-after"]]).toEqual([
    503,
    "RP_BUSY",
    "5",
  ]);
  expect((await service.ask(EVENTS)).status).toBe(200);
  await streams[0]?.close();
  expect((await events()).status).toBe(200);
  await closeStreams();
});

test("live: the guards stand before it", async () => {
  const accept = "text/event-stream";
  const cases = [
    [{ host: "evil.example" }, 421],
    [{ origin: "http://evil.example" }, 403],
    [{ host: service.host, origin: `http://${service.host}` }, 200],
  ] as const;
  for (const [headers, expected] of cases) {
    const stream = await events({ headers: { ...headers, accept } });
    expect([headers, stream.status]).toEqual([headers, expected]);
    await closeStreams();
  }
  const token = "0123456789abcdef";
  const guarded = await startService({ token, requireToken: true });
  const without = await openEvents({ port: guarded.port });
  expect(without.status).toBe(401);
  const authorization = `Bearer ${token}`;
  const within = await openEvents({ port: guarded.port, headers: { authorization } });
  expect(within.status).toBe(200);
  await guarded.stop();
  await within.ended;
});

test("live: what is private is not told", async () => {
  const stream = await events();
  const reason = "cutting /home/alice/clip.mov";
  await service.ask("/api/runtime/policy/degrade", {
    method: "POST",
    body: { rung: "shed", reason },
  });
  await service.ask("/api/runtime/policy/restore", { method: "POST" });
  await stream.reaches(service.runtime.seq() ?? 0);
  const told = stream.heard.map(({ text }) => text).join("\n");
  expect(told).toContain("cutting ~/clip.mov");
  expect(told).not.toContain("alice");
  await closeStreams();
});

test("live: what only pages can keep to is refused, by name", async () => {
  for (const query of ["before=9", "order=desc", "since=-1h", "code=RECOVERED"]) {
    const headers = { accept: "text/event-stream" };
    const { status, json } = await service.ask(`/api/runtime/events?${query}`, { headers });
    expect([query, status, json["code"]]).toEqual([query, 400, "RP_REQUEST"]);
    expect(json["errors"]).toMatchObject([{ pointer: `/${query.split("=")[0]}`, in: "query" }]);
  }
});
