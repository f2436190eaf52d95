import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cli, NO_OLLAMA, studioRoot } from "./cli-helper.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { fixture } from "./support/fixture.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** A host with a card of 8 GB and a model server. */
async function studio() {
  const ollama = await fakeOllama();
  const rows = nvidiaRow({ total: 8188, used: 688, free: 7500 });
  const version = fixture("nvidia-smi", "rtx2080s-8gb-linux-driver610.version.txt");
  const { env } = fakeNvidiaSmi({ rows, version });
  const variables = { PATH: env["PATH"], RUNTIME_PROFILE_ROOT: studioRoot() };
  return { env: { ...variables, OLLAMA_HOST: ollama.address }, address: ollama.address };
}

test.each(["en", "zh"])("cli detect: the table for people, in %s", async (language) => {
  const { env, address } = await studio();
  const { code, stdout, stderr } = await cli(["detect", "--lang", language], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const steady = stdout.replaceAll(address, "http://127.0.0.1:11434");
  await expect(steady).toMatchFileSnapshot(`golden/cli-detect.${language}.txt`);
});

test("cli detect --json: the object of runtime_profile.json, and nothing is written", async () => {
  const { env, address } = await studio();
  const folder = temporaryFolder();
  const { code, stdout } = await cli(["detect", "--json"], { env, folder });
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(Object.keys(document).slice(0, 7)).toEqual([
    "cpu",
    "memory",
    "gpu",
    "ai_runtime",
    "editor",
    "os",
    "profile_class",
  ]);
  expect(document).toMatchObject({
    cpu: { cores: 16, threads: 24, score: "ultra" },
    gpu: { name: "NVIDIA GeForce RTX 4060", vram_total_mib: 8188 },
    ai_runtime: { ollama: true, ollama_models: ["deepseek-r1:latest", "llama3.2:latest"] },
    profile_class: "LOCAL_GPU_MID",
    details: { ollama: { address } },
  });
  expect(existsSync(join(folder, "data"))).toBe(false);
});

test("cli detect --save: writes the document into the data folder and says where", async () => {
  const folder = temporaryFolder();
  const options = { env: { RUNTIME_PROFILE_ROOT: studioRoot() }, folder };
  const data = join(folder, "elsewhere");
  const { code, stdout, stderr } = await cli(
    ["detect", "--json", "--save", "--data-dir", data],
    options,
  );
  expect(code).toBe(0);
  const path = join(data, "runtime_profile.json");
  expect(stderr).toBe(`✓ Profile saved: ${path}\n`);
  expect(readFileSync(path, "utf8")).toBe(stdout);
  const again = await cli(["detect", "--save", "--lang", "zh"], options);
  expect(again.stdout).toContain(
    `✓ 配置文件已保存: ${join(folder, "data", "runtime_profile.json")}`,
  );
});

test("cli detect --save: a damaged profile is put aside and said", async () => {
  const folder = temporaryFolder();
  const data = join(folder, "data");
  mkdirSync(data);
  writeFileSync(join(data, "runtime_profile.json"), "{");
  const { code, stderr } = await cli(["detect", "--save", "--lang", "en"], { folder });
  expect(code).toBe(0);
  const aside = join(data, "runtime_profile.damaged-1.json");
  expect(stderr).toContain(`was damaged; it was put aside as ${aside}`);
  expect(readFileSync(aside, "utf8")).toBe("{");
  const saved: unknown = JSON.parse(readFileSync(join(data, "runtime_profile.json"), "utf8"));
  expect(saved).toHaveProperty("details");
});

test("cli detect --save: a data folder that cannot be made is refused with the remedy", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "data"), "a file");
  const { code, stderr } = await cli(["detect", "--save"], { folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(/Error: Expected a data folder .*choose another data folder\.\n$/);
});

test("cli detect: the configuration decides the tier", async () => {
  const env = { RUNTIME_PROFILE_ROOT: studioRoot() };
  const { stdout } = await cli(["detect", "--json", "--set", "tier.choice=CLOUD_HYBRID"], { env });
  expect(JSON.parse(stdout).profile_class).toBe("CLOUD_HYBRID");
});

test("cli detect: a silent card does not hold it up, and is remarked on", async () => {
  const { env } = fakeNvidiaSmi({ mode: "hang" });
  const { code, stdout } = await cli(["detect", "--lang", "en"], {
    env: { PATH: env["PATH"], RUNTIME_PROFILE_ROOT: studioRoot(), OLLAMA_HOST: NO_OLLAMA },
  });
  expect(code).toBe(0);
  expect(stdout).toContain("NVIDIA card: no answer within the time limit");
});

test("cli detect: names from the system cannot write to the terminal", async () => {
  const esc = String.fromCharCode(27);
  const rows = nvidiaRow({
    name: `RTX ${esc}[2J${esc}]0;x`,
    total: 8188,
    used: 1,
    free: 8187,
  });
  const { env } = fakeNvidiaSmi({ rows });
  const { stdout } = await cli(["detect"], { env: { PATH: env["PATH"] } });
  expect(stdout).toContain("RTX");
  expect(stdout).not.toContain(esc);
});
