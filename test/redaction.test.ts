/** What is private goes, and nothing else; a second time there is nothing left to go. */
import { expect, test } from "vitest";
import { cleanerOf } from "../src/domain/redaction.ts";
import { dataRedactionOf } from "../src/log/export-redaction.ts";

const FACTS = { home: "/srv/people/ann", hostName: "Studio-7.lan.example", userName: "ann" };

test.each([
  ["no route to studio-7.LAN.example", "no route to host"],
  ["no route to STUDIO-7", "no route to host"],
  ["studio-77 and xstudio-7", "studio-77 and xstudio-7"],
  ["ann, Ann and anna", "user, user and anna"],
  ["/srv/people/ann/x, /home/ann/y", "~/x, ~/y"],
])("redaction: %j becomes %j where somebody speaks", (text, expected) => {
  const { clean } = cleanerOf(FACTS);
  expect(clean(text, true)).toBe(expected);
  expect(clean(expected, true)).toBe(expected);
});

test("redaction: a name of another script is found as a whole word", () => {
  const { clean } = cleanerOf({
    home: "C:\\Users\\李明",
    hostName: "李明的电脑",
    userName: "李明",
  });
  expect(clean("李明 在 李明的电脑: C:\\Users\\李明\\a", true)).toBe("user 在 host: ~\\a");
  expect(clean("李明亮", true)).toBe("李明亮");
});

test.each(["root", "localhost", "x", ""])(
  "redaction: the name %j says nothing and stays",
  (name) => {
    const { clean } = cleanerOf({ home: "/", hostName: name, userName: name });
    expect(clean(`a ${name} of x`, true)).toBe(`a ${name} of x`);
  },
);

test.each([
  ["fact", { region: "ann", to: "ann" }, { region: "ann", to: "ann" }],
  ["transition", { reason: { code: "ann" } }, { reason: { code: "ann" } }],
  ["degrade.requested", { rung: "cpu", reason: "ann" }, { rung: "cpu", reason: "user" }],
  ["log.gap", { lost: 1, reason: "ENOSPC in ~" }, { lost: 1, reason: "ENOSPC in ~" }],
  [
    "effect.failed",
    { effect: "ann", detail: { a: ["by ann"] } },
    { effect: "ann", detail: { a: ["by user"] } },
  ],
  [
    "config.changed",
    { config: { cloud: { base_url: "http://studio-7:1" } } },
    { config: { cloud: { base_url: "http://host:1" } } },
  ],
  [
    "host.detected",
    { host: { gpus: [{ uuid: "GPU-1" }] } },
    { host: { gpus: [{ uuid: "GPU-9207b013" }] } },
  ],
] as const)("redaction: the data of a %s", (type, data, expected) => {
  const redact = dataRedactionOf(FACTS);
  const text = redact({ type, data: JSON.stringify(data) });
  expect(JSON.parse(text)).toEqual(expected);
  expect(redact({ type, data: text })).toBe(text);
});

test.each([
  "GPU-8f6a1c2e-1111-2222-3333-444455556666",
  "GPU-00a1b2c3d4e5f607",
  "GPU-a1b2c3d4e5f60",
  "MIG-8f6a1c2e-1111-2222-3333-444455556666",
  "MIG-GPU-8f6a1c2e-1111-2222-3333-444455556666/1/0",
])("redaction: the card %s has one digest as uuid, among the facts and in a remark", (uuid) => {
  const fact = `gpus.${uuid}.vram_total_mib`;
  const notes = [{ probe: "amd", code: "failed", detail: `no answer of ${uuid}` }];
  const data = JSON.stringify({ host: { gpus: [{ uuid }], origins: [{ fact }], notes } });
  const redact = dataRedactionOf(FACTS);
  const text = redact({ type: "host.detected", data });
  const { host } = JSON.parse(text);
  const digest = host.gpus[0].uuid;
  expect(digest).toMatch(/^GPU-[\da-f]{8}$/);
  expect(host.origins[0].fact).toBe(`gpus.${digest}.vram_total_mib`);
  expect(host.notes[0].detail).toBe(`no answer of ${digest}`);
  expect(redact({ type: "host.detected", data: text })).toBe(text);
});

test.each([
  ["servers.http://studio-7:1234.running", "servers.http://host:1234.running"],
  ["gpus.0000:01:00.0.vram_total_mib", "gpus.0000:01:00.0.vram_total_mib"],
  ["gpus.amd-0.name", "gpus.amd-0.name"],
])("redaction: the fact %s becomes %s", (fact, expected) => {
  const data = JSON.stringify({ host: { origins: [{ fact }] } });
  const text = dataRedactionOf(FACTS)({ type: "host.detected", data });
  expect(JSON.parse(text)).toEqual({ host: { origins: [{ fact: expected }] } });
});

test("redaction: data without anything private is the same text, whatever its form", () => {
  const redact = dataRedactionOf(FACTS);
  for (const data of ['{ "a" : 1e2 }', "no JSON at /home/x", "[]"]) {
    expect(redact({ type: "fact", data })).toBe(data);
  }
});
