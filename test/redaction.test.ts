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

test("redaction: data without anything private is the same text, whatever its form", () => {
  const redact = dataRedactionOf(FACTS);
  for (const data of ['{ "a" : 1e2 }', "no JSON at /home/x", "[]"]) {
    expect(redact({ type: "fact", data })).toBe(data);
  }
});
