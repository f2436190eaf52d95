import { expect, test } from "vitest";
import { MAX_DATA_BYTES } from "../src/log/store.ts";
import {
  bareFile,
  fill,
  folderOfTest,
  logOfTest,
  probed,
  readerOf,
  reading,
  record,
} from "./log-helper.ts";

test("write failure: a lock of another process refuses the append, and the next one works", () => {
  const folder = folderOfTest();
  const log = logOfTest(folder);
  fill(log);
  const before = log.read({});
  const other = bareFile(folder);
  other.exec("BEGIN IMMEDIATE");
  for (const lost of [reading(9000), probed(9000)]) {
    expect(() => log.append(lost)).toThrow(
      expect.objectContaining({ code: "RP_LOG_WRITE", message: expect.stringContaining("BUSY") }),
    );
  }
  expect(log.read({})).toStrictEqual(before);
  other.exec("ROLLBACK");
  expect(log.append(probed(10_000)).map((entry) => entry.seq)).toEqual([11, 12, 13]);
  expect(log.verifyChain()).toEqual([]);
});

test("write failure: a full disk loses the whole record and nothing else, and small ones go on", () => {
  const folder = folderOfTest();
  const log = logOfTest(folder, 1);
  fill(log);
  const large = record({ type: "runtime.stopped", at: 9000, reason: "x".repeat(900_000) }, [
    { type: "policy.changed", vision: "y".repeat(900_000), planning: "", editing: "" },
  ]);
  expect(() => log.append(large)).toThrow(
    expect.objectContaining({ code: "RP_LOG_WRITE", message: expect.stringContaining("FULL") }),
  );
  expect(log.head()?.seq).toBe(10);
  log.append(reading(10_000));
  log.append(probed(11_000));
  expect(log.head()?.seq).toBe(14);
  expect(readerOf(folder).verifyChain()).toEqual([]);
});

test("bounds: an entry beyond its largest size and a time that is no integer are refused", () => {
  const log = logOfTest();
  const reason = "x".repeat(MAX_DATA_BYTES);
  expect(() => log.append(record({ type: "runtime.stopped", at: 1, reason }))).toThrow(
    expect.objectContaining({ code: "RP_LOG_WRITE" }),
  );
  for (const at of [1.5, Number.NaN, 2 ** 60]) {
    expect(() => log.append(reading(at))).toThrow(
      expect.objectContaining({ code: "RP_INPUT", path: "at" }),
    );
  }
  expect(log.head()).toBeNull();
  expect(log.append(reading(1))).toHaveLength(1);
});
