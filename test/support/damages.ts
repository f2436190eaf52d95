/** Ways in which the files of a log come to harm, each from a seed, so that a find can be made again. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSqlite } from "../../src/log/sqlite-file.ts";
import { LOG_NAME } from "../../src/log/sqlite-open.ts";

const PAGE_BYTES = 4096;

/** Numbers from 0 up to, not including, 1; the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Harm = (path: string, random: () => number) => void;

function changed(change: (bytes: Buffer, random: () => number) => void): Harm {
  return (path, random) => {
    const bytes = readFileSync(path);
    change(bytes, random);
    writeFileSync(path, bytes);
  };
}

function flips(count: number): Harm {
  return changed((bytes, random) => {
    for (let flip = 0; flip < count; flip += 1) {
      const place = Math.floor(random() * bytes.length);
      bytes[place] = (bytes[place] as number) ^ (1 << Math.floor(random() * 8));
    }
  });
}

function pages(count: number, fill: (random: () => number) => number): Harm {
  return changed((bytes, random) => {
    for (let page = 0; page < count; page += 1) {
      const start = Math.floor(random() * (bytes.length / PAGE_BYTES)) * PAGE_BYTES;
      for (let place = start; place < start + PAGE_BYTES; place += 1) bytes[place] = fill(random);
    }
  });
}

const cut: Harm = (path, random) =>
  truncateSync(path, Math.floor(readFileSync(path).length * random()));

const onJournal =
  (harm: Harm): Harm =>
  (path, random) =>
    harm(`${path}-wal`, random);

/** Name → what it does to the log at the path. */
export const DAMAGES: Readonly<Record<string, Harm>> = {
  "one bit": flips(1),
  "64 bits": flips(64),
  "zeroed page": pages(1, () => 0),
  "16 zeroed pages": pages(16, () => 0),
  "random page": pages(1, (random) => Math.floor(random() * 256)),
  "file cut": cut,
  "header overwritten": changed((bytes, random) => {
    for (let place = 0; place < 100; place += 1) bytes[place] = Math.floor(random() * 256);
  }),
  "first page zeroed": changed((bytes) => bytes.fill(0, 0, PAGE_BYTES)),
  "bit in the journal": onJournal(flips(1)),
  "journal cut": onJournal(cut),
  "journal removed": (path) => rmSync(`${path}-wal`),
  "log removed": (path) => rmSync(path),
  "foreign database": (path) => {
    for (const part of ["", "-wal"]) rmSync(path + part, { force: true });
    const file = openSqlite(path);
    file.exec("CREATE TABLE songs (name TEXT); INSERT INTO songs VALUES ('one'), ('two')");
    file.close();
  },
  "foreign text": (path) => writeFileSync(path, "somebody's letter\n".repeat(1000)),
};

/** Does the harm to the log of a folder. */
export function harm(folder: string, name: string, random: () => number): void {
  DAMAGES[name]?.(join(folder, LOG_NAME), random);
}
