/**
 * Every recorded output through the real detection: programs on PATH, files under a root, servers on
 * loopback. What came of each stands in docs/hosts.md, which is made here and is the thing to look at.
 */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { BAD_FILES, BAD_PROGRAMS, BAD_SERVERS } from "./support/scenes/bad-scenes.ts";
import { MAKER_SCENES } from "./support/scenes/maker-scenes.ts";
import { MEMORY_SCENES } from "./support/scenes/memory-scenes.ts";
import { NVIDIA_SCENES } from "./support/scenes/nvidia-scenes.ts";
import { hostOf, ROW_HEAD, rowOf, type Scene } from "./support/scenes/scene.ts";
import { SERVER_SCENES } from "./support/scenes/server-scenes.ts";

const SECTIONS: readonly (readonly [folder: string, title: string, scenes: readonly Scene[]])[] = [
  ["nvidia-smi", "NVIDIA", NVIDIA_SCENES],
  ["gpu-other", "AMD, Intel, Apple, Windows, Jetson", MAKER_SCENES],
  ["linux-memory", "Memory and control groups", MEMORY_SCENES],
  ["ollama", "Model servers", SERVER_SCENES],
];

const HEAD = `# Hosts

Made by \`npx vitest run test/hosts-page.test.ts -u\`; do not edit. Every recorded output of \`test/fixtures\` goes through the real detection: a program of that name first on PATH, files under a root, a server on loopback. The sources are in each folder's \`INDEX.md\`; \`.derived.\` means made by hand. A recorded part stands in an otherwise empty Linux host, so what is not in it is unknown.
`;

test("hosts page: every recorded output gives its host, tier and words", {
  timeout: 120_000,
}, async () => {
  const lines: string[] = [HEAD];
  for (const [, title, scenes] of SECTIONS) {
    lines.push(`## ${title}\n`, ROW_HEAD);
    for (const scene of scenes) lines.push(rowOf(scene, await hostOf(scene)));
    lines.push("");
  }
  lines.push(BAD_HEAD);
  for (const [title, scenes] of BAD) {
    lines.push(`### ${title}\n`, ROW_HEAD.replace("Fixture", "Input"));
    const hosts = await Promise.all(scenes.map(async (scene) => rowOf(scene, await hostOf(scene))));
    lines.push(...hosts, "");
  }
  await expect(lines.join("\n")).toMatchFileSnapshot("../docs/hosts.md");
});

const BAD: readonly (readonly [title: string, scenes: readonly Scene[]])[] = [
  ["nvidia-smi", BAD_PROGRAMS],
  ["Model servers", BAD_SERVERS],
  ["Files of the kernel", BAD_FILES],
];

const BAD_HEAD = `## Bad inputs

Broken, absent and impossible inputs that no recording holds. None of them stops the detection or makes a number up.
`;

test("hosts page: no recorded output is left out", () => {
  for (const [folder, , scenes] of SECTIONS) {
    const files = readdirSync(new URL(`fixtures/${folder}`, import.meta.url));
    const used = scenes.map(({ fixture }) => fixture.replace(`${folder}/`, ""));
    expect(used.toSorted(), folder).toEqual(files.filter((name) => name !== "INDEX.md").sort());
  }
});
