/** A log as a file, and back: every line checked, nothing left behind where one is not as exported. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ExportFormat, exportLog } from "../src/log/export.ts";
import { dataRedactionOf } from "../src/log/export-redaction.ts";
import { normaliseReading } from "../src/log/reading-row.ts";
import { stageImport } from "../src/log/sqlite-import.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { LOG_NAME } from "../src/log/sqlite-open.ts";
import type { LogStore } from "../src/log/store.ts";
import { checkpointOf } from "../src/machines/runtime-state.ts";
import { stateAt } from "../src/replay/moment.ts";
import { fill, folderOfTest, logOfTest, readerOf, tamper } from "./log-helper.ts";
import { hostWith } from "./support/stories.ts";
import { MACHINE_HASH, verified, type WrittenLog, writtenLog } from "./support/written-log.ts";

const FORMATS: readonly ExportFormat[] = ["ndjson", "cloudevents"];
const FACTS = { home: "/srv/people/ann", hostName: "studio-7.lan", userName: "ann" };

interface Exporting {
  readonly format?: ExportFormat;
  readonly after?: number;
  readonly isRedacted?: boolean;
}

function linesOf(log: LogStore, options: Exporting = {}): string[] {
  const { format = "ndjson", after = 0, isRedacted = false } = options;
  const redact = isRedacted ? dataRedactionOf(FACTS) : null;
  return [...exportLog({ log, format, after, redact })].map(({ text }) => text);
}

function fileOf(lines: readonly string[]): string {
  const file = join(folderOfTest(), "log.ndjson");
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  return file;
}

/** Imports a file into an empty folder and opens what is there then. */
function imported(file: string, folder = folderOfTest()): LogStore {
  const run = stageImport({ file, folder });
  for (;;) {
    const step = run.next();
    if (!step.done) continue;
    step.value.keep();
    return readerOf(folder);
  }
}

/** What the import of a file says, and what it leaves behind. */
function refusal(file: string): { readonly message: string; readonly left: readonly string[] } {
  const folder = folderOfTest();
  try {
    imported(file, folder);
    return { message: "imported", left: readdirSync(folder) };
  } catch (error) {
    return { message: (error as Error).message, left: readdirSync(folder) };
  }
}

/** A log with transitions, seals, a hold and unsealed readings. */
function told(): WrittenLog {
  const log = writtenLog();
  log.beats(1500, (index) => (index % 400 > 300 ? 19_900 : 4000 + (index % 50)));
  log.actor.submit({ type: "degrade.requested", rung: "cpu", reason: 'film "A" \u2028' }, "user");
  log.beats(20);
  return log;
}

test.each(FORMATS)(
  "export, import, export as %s: the very same bytes, and the same log",
  (format) => {
    const { log, states } = told();
    const lines = linesOf(log, { format });
    expect(lines).toHaveLength((log.head()?.seq ?? 0) + 1);
    const copy = imported(fileOf(lines));
    expect(linesOf(copy, { format })).toEqual(lines);
    expect(copy.counts()).toEqual(log.counts());
    const blocks = { after: 0, before: Number.MAX_SAFE_INTEGER };
    expect([...copy.blocks(blocks)]).toEqual([...log.blocks(blocks)]);
    expect(verified(copy)).toEqual(verified(log));
    expect(verified(copy).ok).toBe(true);
    for (const [seq, state] of [...states].filter((_, index) => index % 211 === 0)) {
      expect(JSON.stringify(checkpointOf(stateAt(copy, MACHINE_HASH, seq).state))).toBe(state);
    }
  },
);

test("export: an empty log is a header, and is imported as one", () => {
  const log = logOfTest();
  const lines = linesOf(log);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ last_seq: 0, head: null }]);
  expect(imported(fileOf(lines)).head()).toBeNull();
});

test("export: the lines of ndjson have the keys of an entry", () => {
  const log = logOfTest();
  fill(log);
  const [header, ...lines] = linesOf(log).map((line) => JSON.parse(line));
  expect(header).toEqual({
    type: "runtime-profile.log",
    v: 1,
    host_id: log.hostId,
    after: 0,
    last_seq: 10,
    floor: null,
    pruned_readings: 0,
    head: log.head()?.chain,
    readings: expect.stringMatching(/^[0-9a-f]{64}$/),
    redacted: false,
    original_head: null,
  });
  const bare = lines.map(({ readings: _readings, ...line }) => line);
  expect(bare).toEqual(log.read({ limit: 100 }));
  expect(lines.map(({ readings }) => typeof readings)[3]).toBe("string");
});

test("export: the lines of cloudevents keep to the standard", () => {
  const log = logOfTest();
  fill(log);
  const events = linesOf(log, { format: "cloudevents" }).map((line) => JSON.parse(line));
  const names = new Set(events.map(({ source, id }) => `${source} ${id}`));
  expect(names.size).toBe(events.length);
  for (const event of events) {
    expect(event).toMatchObject({
      specversion: "1.0",
      source: `urn:runtime-profile:${log.hostId}`,
    });
    expect(Object.keys(event).filter((name) => !/^[a-z0-9]{1,20}$/.test(name))).toEqual([]);
    const { data: _data, ...attributes } = event;
    for (const value of Object.values(attributes)) expect(typeof value).toBe("string");
  }
  expect(events[4]).toMatchObject({
    id: `${log.hostId}-4`,
    type: "dev.runtimeprofile.cloud.probed.v1",
    time: "1970-01-01T00:00:04.000Z",
    dataschema: "urn:runtime-profile:schema:cloud.probed:v1",
    datacontenttype: "application/json",
    sequence: "0000000000000004",
    data: { reachable: false },
  });
  expect(events[5]).toMatchObject({ subject: "cloud.unreachable", cause: "4" });
  expect("cause" in events[4]).toBe(false);
});

test.each(FORMATS)("export as %s: data that is not written as usual stays as it is", (format) => {
  const folder = folderOfTest();
  const log = logOfTest(folder);
  fill(log);
  log.close();
  tamper(folder, `UPDATE entries SET data = '{ "reason":"x" }', at = -1 WHERE seq = 9`);
  const line = linesOf(readerOf(folder), { format })[9] ?? "";
  const { data_text = "", data_base64 = "" } = JSON.parse(line);
  expect(data_text + Buffer.from(data_base64, "base64")).toBe('{ "reason":"x" }');
});

test("export: a part says that it is one, and cannot be imported", () => {
  const log = logOfTest();
  fill(log);
  const lines = linesOf(log, { after: 7 });
  expect(lines.slice(1).map((line) => JSON.parse(line).seq)).toEqual([8, 9, 10]);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ after: 7 });
  expect(refusal(fileOf(lines)).message).toContain("the part after seq 7");
});

test.each(FORMATS)("export as %s: a pruned log goes over with its start", (format) => {
  const { log, beats, actor } = told();
  beats(2500, (index) => (index % 400 > 300 ? 19_900 : 4000));
  const [first] = log.blocks({ after: 0, before: Number.MAX_SAFE_INTEGER });
  if (first === undefined) throw new Error("no block");
  actor.prune({ kind: "readings", label: first }, { through: first.last_seq });
  const [, checkpoint] = log.read({ type: "checkpoint" });
  const through = { seq: (checkpoint?.seq ?? 0) - 1, hash: checkpoint?.prev ?? "" };
  const afterReadings = linesOf(log, { format });
  expect(verified(imported(fileOf(afterReadings)))).toMatchObject({ ok: true });
  actor.prune({ kind: "entries", through }, { through });
  while (log.sweep(100) > 0);
  beats(10);
  const lines = linesOf(log, { format });
  const copy = imported(fileOf(lines));
  expect(copy.start()).toEqual(log.start());
  expect(linesOf(copy, { format })).toEqual(lines);
  expect(verified(copy)).toEqual(verified(log));
  expect(verified(copy)).toMatchObject({ ok: true, first_seq: through.seq + 1 });
});

test("export: a start inside a block keeps the whole block", () => {
  const { log, actor } = told();
  const [seal] = log.read({ type: "readings.sealed" });
  const inner = log.read({ before: seal?.seq ?? 0, type: "transition", order: "descending" })[0];
  const through = { seq: inner?.seq ?? 0, hash: inner?.hash ?? "" };
  actor.prune({ kind: "entries", through }, { through });
  const lines = linesOf(log);
  const copy = imported(fileOf(lines));
  expect(linesOf(copy)).toEqual(lines);
  expect(copy.verifyChain()).toEqual(log.verifyChain());
});

/** A log in which private words stand everywhere they can. */
function privateLog(): WrittenLog {
  const log = writtenLog();
  const host = hostWith({
    notes: [
      { probe: "ollama", code: "failed", detail: "lookup STUDIO-7: no such host; /home/bob/x" },
    ],
  });
  const [card] = host.gpus;
  const uuid = "GPU-8f6a1c2e-1111-2222-3333-444455556666";
  const gpus = card === undefined ? [] : [{ ...card, uuid }];
  const ollama = { ...host.ollama, address: "http://studio-7.lan:11434" };
  log.actor.submit({ type: "host.detected", host: { ...host, gpus, ollama } }, "probe");
  const reason = "ann renders /srv/people/ann/film.mov";
  log.actor.submit({ type: "degrade.requested", rung: "cpu", reason }, "user");
  log.beats(1500, (index) => (index % 400 > 300 ? 19_900 : 4000));
  return log;
}

test.each(FORMATS)(
  "export as %s: private words are left out, and the file verifies by itself",
  (format) => {
    const { log } = privateLog();
    const lines = linesOf(log, { format, isRedacted: true });
    expect(lines.join("\n")).not.toMatch(/studio-7|\bann\b|\/home\/|8f6a1c2e-|"GPU-1"/i);
    expect(lines.join("\n")).toContain("lookup host: no such host; ~/x");
    expect(lines.join("\n")).toContain("user renders ~/film.mov");
    const copy = imported(fileOf(lines));
    const header = JSON.parse(lines[0] ?? "");
    expect(header.data ?? header).toMatchObject({
      redacted: true,
      head: copy.head()?.chain,
      original_head: log.head()?.chain,
    });
    expect(verified(copy)).toMatchObject({ ok: true, readings: 1500 });
    // A second time there is nothing left to replace, and what the file was made of is not forgotten.
    expect(linesOf(copy, { format, isRedacted: true })).toEqual(lines);
    expect(linesOf(copy, { format })).toEqual(lines);
  },
);

test("export: cloudevents without private words share no name with those they were made of", () => {
  const { log } = privateLog();
  const [plain, redacted] = [false, true].map((isRedacted) =>
    linesOf(log, { format: "cloudevents", isRedacted }).map((line) => JSON.parse(line)),
  );
  const names = [...(plain ?? []), ...(redacted ?? [])].map(({ source, id }) => `${source} ${id}`);
  expect(new Set(names).size).toBe(names.length);
  const sources = new Set(redacted?.map(({ source }) => source));
  expect([...sources]).toEqual([`urn:runtime-profile:${log.hostId}:redacted`]);
});

test("export: a log without private words keeps its hashes", () => {
  const log = logOfTest();
  fill(log);
  expect(linesOf(log, { isRedacted: true })).toEqual(linesOf(log));
});

test("export: a log that was altered gets no new hashes, and goes out as it is when asked", () => {
  const { folder, log } = privateLog();
  tamper(folder, "UPDATE entries SET actor = 'api' WHERE seq = 2");
  expect(() => linesOf(log, { isRedacted: true })).toThrow("a difference at seq 2");
  expect(refusal(fileOf(linesOf(log))).message).toMatch(/^Expected the hash \w+ at line 3 /);
});

test.each(FORMATS)(
  "import from %s: each changed byte is found, with its line",
  (format) => {
    const { log } = told();
    const lines = linesOf(log, { format });
    const places = [1, 2, 3, 4, 6, 900, 1030, lines.length - 2].map(
      (line) => [line, lines[line] ?? ""] as const,
    );
    for (const [index, line] of places) {
      for (let at = 1; at < line.length - 1; at += Math.ceil(line.length / 23)) {
        const byte = line[at] === "1" ? "2" : "1";
        const changed = `${line.slice(0, at)}${byte}${line.slice(at + 1)}`;
        const { message, left } = refusal(fileOf(lines.with(index, changed)));
        // A reading has no hash of its own; the entry after it tells between which lines it is.
        const [, first = 0, last = -1] = / of lines (\d+) to (\d+) /.exec(message) ?? [];
        const isBetween = Number(first) <= index + 1 && index + 1 <= Number(last);
        const isFound = isBetween || message.includes(`at line ${index + 1} of the file`);
        expect({
          index,
          at,
          isFound,
          message,
          left: left.filter((name) => name.startsWith("log")),
        }).toMatchObject({ left: [], isFound: true });
      }
    }
  },
  60_000,
);

test("import: lines that are missing, twice, swapped or cut off are found", () => {
  const log = logOfTest();
  fill(log);
  const lines = linesOf(log);
  const [header = "", ...body] = lines;
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["Expected seq 3 at line 4 of the file, got seq 4", lines.toSpliced(3, 1)],
    ["Expected seq 5 at line 6 of the file, got seq 4", lines.toSpliced(5, 0, body[3] ?? "")],
    [
      "Expected seq 4 at line 5 of the file, got seq 5",
      lines.with(4, body[4] ?? "").with(5, body[3] ?? ""),
    ],
    ["up to seq 10, at line 11 of the file, got the end after seq 9", lines.slice(0, -1)],
    ["up to seq 10, at line 2 of the file, got the end after seq 0", [header]],
    ["Expected seq 1 at line 2 of the file, got seq 4", [header, ...body.slice(3)]],
    [
      `Expected a line of the log at line 11 of the file, got "{`,
      lines.with(10, (lines[10] ?? "").slice(0, 70)),
    ],
    ["Expected seq 11 at line 12 of the file, got seq 10", [...lines, body[9] ?? ""]],
    ['Expected a line of the log at line 3 of the file, got ""', lines.toSpliced(2, 0, "")],
    ['Expected a line of the log at line 2 of the file, got "[]"', lines.with(1, "[]")],
    [
      "got one that is nested too deeply",
      lines.with(
        1,
        (body[0] ?? "").replace(
          '"data":{',
          `"data":{"x":${"[".repeat(20_000)}${"]".repeat(20_000)},`,
        ),
      ),
    ],
  ];
  for (const [words, changed] of cases) {
    const { message, left } = refusal(fileOf(changed));
    expect(message).toContain(words);
    expect(left).toEqual([]);
  }
});

test("import: a file that is no export is refused in one sentence", () => {
  const log = logOfTest();
  fill(log);
  const lines = linesOf(log);
  const header = JSON.parse(lines[0] ?? "");
  const headed = (change: object) => [JSON.stringify({ ...header, ...change }), ...lines.slice(1)];
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["got an empty file", []],
    ['got "hello"', ["hello"]],
    ["Expected the header of an exported log in line 1", lines.slice(1)],
    ["Expected the header of an exported log in line 1", headed({ v: 2 })],
    ["Expected the header of an exported log in line 1", headed({ host_id: "../x" })],
    ["Expected the header of an exported log in line 1", headed({ last_seq: -1 })],
    ["Expected the header of an exported log in line 1", headed({ redacted: true })],
    ["Expected the header of an exported log in line 1", headed({ more: 1 })],
    ["Expected more lines, up to seq 11,", headed({ last_seq: 11 })],
    ["Expected the head 9 ", headed({ head: { seq: 9, hash: "0".repeat(64) } })],
    ["Expected the head 9 ", headed({ head: null })],
    ["Expected seq 5", headed({ floor: { seq: 4, hash: "0".repeat(64) } })],
    ["Expected the digest of the readings of lines 11 to 11", headed({ readings: null })],
    ["Expected the digest of the readings of lines 11 to 11", headed({ readings: "0" })],
    ['Expected "{\\"seq\\":1,\\"id\\":\\"another', headed({ host_id: "another" })],
  ];
  for (const [words, changed] of cases) {
    const { message, left } = refusal(fileOf(changed));
    expect(message).toContain(words);
    expect(left).toEqual([]);
  }
  expect(refusal("/nowhere/log.ndjson").message).toContain("no such file");
  expect(refusal(folderOfTest()).message).toContain("EISDIR");
});

test("import: a huge line and bytes that are no text are refused without reading on", () => {
  const log = logOfTest();
  fill(log);
  const file = fileOf(linesOf(log));
  const text = readFileSync(file);
  writeFileSync(file, Buffer.concat([text, Buffer.alloc(9 * 1024 * 1024, "x")]));
  expect(refusal(file).message).toContain("at line 12 of the file, got one that is too long");
  writeFileSync(file, Buffer.alloc(9 * 1024 * 1024, "x"));
  expect(refusal(file).message).toContain("got too long");
  writeFileSync(file, Buffer.concat([text, Buffer.from([0x22, 0xff, 0x22, 0x0a])]));
  expect(refusal(file).message).toContain("at line 12 of the file, got one that is not UTF-8");
});

test("import: ends of lines as Windows writes them are no difference", () => {
  const log = logOfTest();
  fill(log);
  const lines = linesOf(log);
  expect(linesOf(imported(fileOf(lines.map((line) => `${line}\r`))))).toEqual(lines);
});

test("import: a folder with a log is refused, and a rest of a killed import is cleared away", () => {
  const { folder, log } = told();
  const file = fileOf(linesOf(log));
  expect(() => imported(file, folder)).toThrow("Expected a data folder without a log");
  const empty = folderOfTest();
  const run = stageImport({ file, folder: empty });
  for (let step = 0; step < 1500; step += 1) run.next();
  expect(existsSync(join(empty, "log.import", LOG_NAME))).toBe(true);
  expect(existsSync(join(empty, LOG_NAME))).toBe(false);
  // The first run never ends, as one that was killed.
  expect(imported(file, empty).verifyChain()).toEqual([]);
  expect(readdirSync(empty).filter((name) => !/-(wal|shm)$/.test(name))).toEqual([LOG_NAME]);
});

test("import: a runtime goes on with an imported log", () => {
  const { log } = told();
  const folder = folderOfTest();
  imported(fileOf(linesOf(log)), folder).close();
  const { log: opened, setAside } = openLog({ folder, mode: "write" });
  expect(setAside).toBeNull();
  writtenLog(undefined, opened).beats(1200);
  expect(verified(opened)).toMatchObject({ ok: true, readings: 2720 });
  opened.close();
});

test("import: readings that no seal can be made of again are found at the seal", () => {
  const { log } = told();
  const lines = linesOf(log);
  const seal = lines.findIndex((line) => line.includes('"type":"readings.sealed"'));
  const { message } = refusal(
    fileOf(
      lines.map((line, index) => (index === seal ? line.replace('"count":', '"count":1') : line)),
    ),
  );
  expect(message).toContain(`at line ${seal + 1} of the file`);
  expect(normaliseReading({ type: "reading", at: 0 })).toMatchObject({ at: 0 });
});
