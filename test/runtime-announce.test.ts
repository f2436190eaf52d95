/** The announcement of the cloud: before the first byte, once in each period, and nothing secret in it. */
import { expect, test } from "vitest";
import { announcementIn } from "../src/domain/announcement.ts";
import type { Target } from "../src/domain/job.ts";
import type { ModelClient } from "../src/effects/model-client.ts";
import { initialState } from "../src/machines/runtime-state.ts";
import { createActor } from "../src/runtime-actor.ts";
import { createAnnouncer, PERIOD_MS } from "../src/runtime-announce.ts";
import { machineHashOf } from "../src/runtime-start.ts";
import type { Notice } from "../src/runtime-types.ts";
import { createWork } from "../src/runtime-work.ts";
import { logOfTest } from "./log-helper.ts";
import { steppingClock } from "./support/stepping-clock.ts";
import { configurationWith, hostWith } from "./support/stories.ts";

const CLOUD: Target = {
  rung: "cloud",
  provider: "cloud",
  protocol: "openai",
  address: "https://user:sk-secret@api.example.com:8443/v1?key=sk-secret",
  model: "gpt-4o",
  device: "cloud",
  num_ctx: null,
  footprint_mib: null,
  meter: null,
  concurrency: 4,
};

/** An announcer on a real actor, and what it said. */
function announcerOfTest() {
  const log = logOfTest();
  let at = 1_000_000;
  const actor = createActor({
    log,
    clock: { now: () => at, mono: () => at, timeOf: (wall) => wall, takeJump: () => null },
    state: initialState(),
    machineHash: machineHashOf(),
    onLog: () => {},
    onListenerError: () => {},
  });
  const notices: Notice[] = [];
  const announce = createAnnouncer({
    submit: (input, name) => actor.submit(input, name),
    notify: (notice) => notices.push(notice),
    now: () => at,
  });
  return {
    actor,
    announce,
    notices,
    later: (ms: number): void => {
      at += ms;
    },
    told: () => log.read({ type: "effect.finished" }),
  };
}

test("announcement: the first use is told on log and notices, by the host's name alone", () => {
  const { announce, notices, told } = announcerOfTest();
  announce("vision", CLOUD);
  const [entry] = told();
  expect(entry).toMatchObject({
    actor: "effect",
    data: {
      effect: "cloud.announced",
      detail: { role: "vision", model: "gpt-4o", host: "api.example.com" },
    },
  });
  expect(notices).toEqual([
    {
      code: "CLOUD_IN_USE",
      message:
        "Work for vision goes to a cloud: gpt-4o at api.example.com. You allowed it with cloud.allowed; take that back to keep work on this host.",
    },
  ]);
  expect(JSON.stringify([told(), notices])).not.toContain("secret");
});

test("announcement: once in each period of a role and a provider, and an hour without use ends one", () => {
  const { announce, later, told } = announcerOfTest();
  announce("vision", CLOUD);
  announce("planning", CLOUD);
  expect(told()).toHaveLength(2);
  for (let use = 0; use < 10; use += 1) {
    later(PERIOD_MS - 1);
    announce("planning", CLOUD);
  }
  expect(told()).toHaveLength(2);
  announce("planning", { ...CLOUD, address: "https://other.example.com/v1" });
  expect(announcementIn(told().at(-1)?.data)?.host).toBe("other.example.com");
  announce("vision", CLOUD);
  const roles = told().map(({ data }) => announcementIn(data)?.role);
  expect(roles).toEqual(["vision", "planning", "planning", "vision"]);
});

test("announcement: a new start begins a period", () => {
  const first = announcerOfTest();
  first.announce("vision", CLOUD);
  const second = announcerOfTest();
  second.announce("vision", CLOUD);
  expect(second.notices).toHaveLength(1);
});

test("announcement: a cloud model of Ollama goes to Ollama's cloud, not to this host", () => {
  const { announce, told } = announcerOfTest();
  const address = "http://127.0.0.1:11434";
  announce("planning", { ...CLOUD, protocol: "ollama", address, model: "gpt-oss:120b-cloud" });
  expect(announcementIn(told()[0]?.data)?.host).toBe("ollama.com");
});

test("announcement: an address that is none still tells of the cloud", () => {
  const { announce, told } = announcerOfTest();
  announce("planning", { ...CLOUD, address: "sk-secret" });
  expect(announcementIn(told()[0]?.data)?.host).toBe("unknown");
});

test("announcement: read back, only what is whole counts", () => {
  const detail = { role: "vision", model: "m", host: "h" };
  const effect = "cloud.announced";
  expect(announcementIn({ effect, detail })).toEqual(detail);
  for (const broken of [{ role: undefined }, { role: "x" }, { model: 7 }, { host: "" }])
    expect(announcementIn({ effect, detail: { ...detail, ...broken } })).toBeNull();
  for (const other of [null, "x", { effect: "unload", detail }, { effect }])
    expect(announcementIn(other)).toBeNull();
});

test("announcement: it is made before anything is sent, and not for local work", async () => {
  const { actor, announce, told } = announcerOfTest();
  const cloud = { ...configurationWith().cloud, allowed: true, base_url: CLOUD.address };
  actor.submit({ type: "config.changed", config: configurationWith({ cloud }) }, "runtime");
  actor.submit({ type: "host.detected", host: hostWith({ gpus: [] }) }, "probe");
  actor.submit({ type: "cloud.probed", reachable: true }, "sensor:cloud");
  const memory = { available_mib: 40_000, total_mib: 65_536 };
  actor.submit({ type: "reading", memory }, "sensor");
  actor.submit({ type: "degrade.requested", rung: "cloud" }, "user");
  const toldBefore: number[] = [];
  const client: ModelClient = {
    async complete() {
      toldBefore.push(told().length);
      return { ok: true, completion: {} as never };
    },
    async *stream() {},
  };
  const work = createWork({
    settings: {
      queue_limit: 4,
      wait_ms: 1000,
      first_token_ms: 1000,
      idle_ms: 1000,
      keep_alive_ms: 1000,
      local_at_once: null,
      cloud_at_once: null,
    },
    clock: steppingClock(),
    state: () => actor.state(),
    clients: { ollama: client, openai: client },
    listModels: async () => null,
    workedBefore: () => false,
    record: () => null,
    transitionSeq: () => null,
    announceCloud: announce,
    closeCloud: () => {},
    recordSoon: () => {},
  });
  const request = { model: "auto", messages: [] } as never;
  await work.complete({ role: "vision", request });
  await work.complete({ role: "vision", request });
  expect(toldBefore).toEqual([1, 1]);
  expect(told()).toHaveLength(1);
});
