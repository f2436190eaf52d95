/** The package as a user gets it: packed, unpacked elsewhere, run and imported by its name. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { PACKAGE_VERSION } from "../src/domain/version.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** Packs the repository and unpacks it as `node_modules/runtime-profile` of an empty project. */
async function installed() {
  const project = temporaryFolder();
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", project], {
    cwd: ROOT,
  });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as [
    { filename: string; files: { path: string }[] },
  ];
  const modules = join(project, "node_modules");
  const target = join(modules, "runtime-profile");
  mkdirSync(target, { recursive: true });
  await run("tar", ["-xzf", join(project, packed.filename), "-C", target, "--strip-components=1"]);
  // What it depends on is found where the package itself stands, as a package manager would nest it.
  symlinkSync(join(ROOT, "node_modules"), join(target, "node_modules"));
  const env = { PATH: process.env["PATH"], HOME: project, OLLAMA_HOST: "127.0.0.1:1", LANG: "en" };
  const inProject = (args: readonly string[]) =>
    run(process.execPath, [...args], { cwd: project, env });
  return { project, target, paths: packed.files.map(({ path }) => path), inProject };
}

test("package: every link of the packed pages leads to something that is packed too", async () => {
  const { target, paths } = await installed();
  const pages = paths.filter((path) => path.endsWith(".md"));
  expect(pages).toEqual(expect.arrayContaining(["README.md", "README.zh-CN.md", "docs/guide.md"]));
  const broken = pages.flatMap((page) =>
    [...readFileSync(join(target, page), "utf8").matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
      .map(([, link = ""]) => link)
      .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(target, dirname(page), link)))
      .map((link) => `${page}: ${link}`),
  );
  expect(broken).toEqual([]);
});

test("package: what is packed runs, detects, and is imported by its name", async () => {
  const { project, target, paths, inProject } = await installed();
  expect(paths).toEqual(
    expect.arrayContaining([
      "bin/runtime-profile.js",
      "dist/index.js",
      "dist/cli/main.js",
      "README.md",
      "docs/configuration.schema.json",
      "docs/statecharts/svg/overview-LOCAL_GPU_MID.svg",
      "docs/statecharts/svg/region-vram.zh.dark.svg",
      "docs/statecharts/runtime.scxml",
    ]),
  );
  expect(paths.filter((path) => /^(src|test|scripts|bench)\//.test(path))).toEqual([]);
  const bin = join(target, "bin", "runtime-profile.js");
  expect(readFileSync(bin, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect((await inProject([bin, "--version"])).stdout).toBe(`${PACKAGE_VERSION}\n`);
  const picture = await inProject([bin, "chart", "--format", "svg", "--view", "vram"]);
  expect(picture.stdout).toContain('data-view="region-vram"');
  const document = JSON.parse((await inProject([bin, "detect", "--json"])).stdout);
  expect(document).toMatchObject({ schema_version: 1, cpu: { threads: expect.any(Number) } });
  const remarks = document.notes.map((note: { probe: string }) => note.probe);
  expect(remarks, "the built child of the static probe is found").not.toContain("static");
  writeFileSync(
    join(project, "use.mjs"),
    `import * as library from "runtime-profile";
     const profile = await library.detect();
     console.log(JSON.stringify({ names: Object.keys(library), os: profile.os }));`,
  );
  const answer = JSON.parse((await inProject([join(project, "use.mjs")])).stdout);
  expect(answer.os).toBe(document.os);
  expect(answer.names).toEqual(
    expect.arrayContaining(["createRuntime", "detect", "resolvePolicy"]),
  );
});
