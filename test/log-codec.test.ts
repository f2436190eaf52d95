import fc from "fast-check";
import { expect, test } from "vitest";
import { INPUT_TYPES, type ReadingInput } from "../src/domain/input.ts";
import { OUTPUT_TYPES } from "../src/domain/output.ts";
import {
  CHECKPOINT_TYPE,
  ENTRY_TYPES,
  inputOf,
  isReadable,
  outputOf,
  schemaVersionOf,
  UPCASTERS,
  upcast,
} from "../src/log/codec.ts";
import type { Entry } from "../src/log/entry.ts";
import { fieldsOfRow, normaliseReading, valuesOfReading } from "../src/log/reading-row.ts";

const ENTRY: Entry = {
  seq: 7,
  id: "host-7",
  kind: "input",
  type: "cloud.probed",
  v: 1,
  at: 4000,
  mono: 4000,
  boot: "boot-1",
  cause: null,
  actor: "probe",
  data: { reachable: true },
  prev: null,
  hash: null,
};

const anyNumber = fc.oneof(
  fc.integer({ min: -10, max: 100_000 }),
  fc.double(),
  fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, -0, Number.MAX_VALUE, -1e300, 0.05),
);
const optional = (): fc.Arbitrary<number | null | undefined> =>
  fc.oneof(anyNumber, fc.constant(undefined));

/** Readings as careless as a sensor can make them. */
const anyReading = fc
  .record({
    at: fc.integer({ min: 0, max: 2 ** 45 }),
    vram: fc.option(
      fc.record({
        used_mib: anyNumber,
        total_mib: anyNumber,
        own_mib: optional(),
        source_at: optional(),
      }),
    ),
    memory: fc.option(
      fc.record({ available_mib: anyNumber, total_mib: anyNumber, source_at: optional() }),
    ),
    cpu: fc.option(fc.record({ used_percent: anyNumber, source_at: optional() })),
    missing: fc.constantFrom(
      undefined,
      {},
      { cpu: "timeout", vram: "gpu-lost" },
      { own: "estimated" },
    ),
  })
  .map((fields) => ({ type: "reading", ...fields }) as ReadingInput);

test("codec: every input, every output and the checkpoint is an entry type, one version above its upcasters", () => {
  expect(ENTRY_TYPES).toEqual([...INPUT_TYPES, ...OUTPUT_TYPES, CHECKPOINT_TYPE]);
  for (const type of ENTRY_TYPES) {
    expect(schemaVersionOf(type)).toBe(1 + (UPCASTERS[type]?.length ?? 0));
  }
});

test("codec: an input comes back from its entry, and nothing else does", () => {
  expect(inputOf(ENTRY)).toEqual({ type: "cloud.probed", at: 4000, reachable: true });
  for (const wrong of [
    { ...ENTRY, type: "transition" },
    { ...ENTRY, type: "never.heard" },
    { ...ENTRY, v: 2 },
    { ...ENTRY, v: 0 },
  ]) {
    expect(() => inputOf(wrong)).toThrow(
      expect.objectContaining({ code: "RP_LOG_DAMAGED", path: "seq 7" }),
    );
  }
});

test("codec: an output comes back from its entry, and nothing else does", () => {
  const alert = { ...ENTRY, type: "alert", data: { code: "SHED_TOO_LONG", since: 5, refused: {} } };
  expect(outputOf(alert)).toEqual({
    type: "alert",
    code: "SHED_TOO_LONG",
    since: 5,
    refused: {},
  });
  expect(() => outputOf(ENTRY)).toThrow(expect.objectContaining({ code: "RP_LOG_DAMAGED" }));
});

test("codec: an old entry passes through the upcasters from its own version on", () => {
  const steps = [
    (data: unknown) => ({ ...(data as object), second: true }),
    (data: unknown) => ({ ...(data as object), third: true }),
  ];
  const upcasters = { "cloud.probed": steps };
  expect(schemaVersionOf("cloud.probed", upcasters)).toBe(3);
  const cases = [
    { v: 1, data: { reachable: true, second: true, third: true }, after: 3 },
    { v: 2, data: { reachable: true, third: true }, after: 3 },
    { v: 3, data: { reachable: true }, after: 3 },
    { v: 4, data: { reachable: true }, after: 4 },
  ];
  for (const { v, data, after } of cases) {
    expect(upcast({ ...ENTRY, v }, upcasters)).toEqual({ ...ENTRY, v: after, data });
  }
  expect(upcast({ ...ENTRY, type: "never.heard" }, upcasters).v).toBe(1);
});

test("codec: an entry of a later version or an unknown type cannot be read", () => {
  expect(isReadable(ENTRY)).toBe(true);
  expect(isReadable({ type: "cloud.probed", v: 2 })).toBe(false);
  expect(isReadable({ type: "never.heard", v: 1 })).toBe(false);
});

test("reading: a row gives back what normaliseReading made, whatever a sensor said", () => {
  fc.assert(
    fc.property(anyReading, (given) => {
      const normal = normaliseReading(given);
      const back = { type: "reading", at: given.at, ...fieldsOfRow(valuesOfReading(normal)) };
      expect(back).toStrictEqual(normal);
      expect(normaliseReading(normal)).toStrictEqual(normal);
      for (const value of valuesOfReading(normal)) {
        if (typeof value === "number") expect(Number.isSafeInteger(value)).toBe(true);
      }
    }),
  );
});

test("reading: absurd numbers stay absurd, and what no row can hold is unknown", () => {
  const given: ReadingInput = {
    type: "reading",
    at: 1000,
    vram: { used_mib: 9000, total_mib: -8192, own_mib: Number.NaN },
    memory: { available_mib: 1e300, total_mib: 32_000.4, source_at: 990 },
    cpu: { used_percent: 250.06 },
    missing: { vram: "timeout" },
  };
  expect(normaliseReading(given)).toStrictEqual({
    type: "reading",
    at: 1000,
    vram: { used_mib: 9000, total_mib: -8192, own_mib: null, source_at: null },
    memory: { available_mib: Number.MAX_SAFE_INTEGER, total_mib: 32_000, source_at: 990 },
    cpu: { used_percent: 250.1, source_at: null },
    missing: { vram: "timeout" },
  });
});

test("reading: a tick without any value has null fields and no missing codes", () => {
  const tick = { type: "reading", at: 5, vram: null, memory: null, cpu: null };
  expect(normaliseReading({ type: "reading", at: 5 })).toStrictEqual(tick);
  const hollow = { used_mib: null, total_mib: null };
  expect(normaliseReading({ type: "reading", at: 5, vram: hollow, missing: {} })).toStrictEqual(
    tick,
  );
});
