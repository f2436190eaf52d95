/**
 * Run as a program of its own, inside a control group: prints what our code reads of memory and kills,
 * before and after something: `read FILE` fills the page cache, `eat MIB` takes memory and keeps it.
 */
import { readFileSync } from "node:fs";
import { readOomKills } from "../../src/detect/oom-kills.ts";
import { readText } from "../../src/detect/read-file.ts";
import { readMemory } from "../../src/detect/read-memory.ts";

const view = { env: {}, root: "/", platform: "linux" } as const;
const [, , what, argument = ""] = process.argv;
const look = async () => ({
  memory: await readMemory(view, readText),
  kills: await readOomKills(view, readText),
  node: Math.floor(process.availableMemory() / 1024 / 1024),
});

const before = await look();
const kept: Buffer[] = [];
if (what === "read") readFileSync(argument);
if (what === "eat") kept.push(Buffer.alloc(Number(argument) * 1024 * 1024, 1));
const after = await look();
process.stdout.write(JSON.stringify({ before, after, kept: kept.length }));
