import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { cli, freePort, NO_OLLAMA, startCli, studioRoot } from "./cli-helper.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { fixture } from "./support/fixture.ts";
import { SOON_MS } from "./support/soon.ts";
import { addFiles, temporaryFolder } from "./support/temporary-folder.ts";

const CARD = "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6";

/** A host with a card, a model server and an editor that runs. */
async function studio() {
  const ollama = await fakeOllama();
  const rows = nvidiaRow({ total: 8188, used: 688, free: 7500, uuid: CARD });
  const version = fixture("nvidia-smi", "rtx2080s-8gb-linux-driver610.version.txt");
  const apps = [
    `812, /usr/local/bin/ollama, 500, ${CARD}`,
    `904, /home/ada/secret-painter, 64, ${CARD}`,
  ];
  const { env } = fakeNvidiaSmi({ rows, version, apps: `${apps.join("\n")}\n` });
  const root = studioRoot();
  addFiles(root, {
    "opt/resolve/bin/resolve": "",
    "proc/4711/exe": "-> /opt/resolve/bin/resolve",
    "proc/4712/exe": "-> /usr/bin/secret-writer",
  });
  const variables = { PATH: env["PATH"], RUNTIME_PROFILE_ROOT: root };
  return { ...variables, OLLAMA_HOST: ollama.address };
}

function steady(text: string, folder: string): string {
  return text
    .replaceAll(folder, "/folder")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:0")
    .replace(/\d+\.\d ?GB of disk|磁盘剩余 \d+\.\dGB/, (found) => found.replace(/[\d.]+/, "50.0"))
    .replace(/Node [\d.]+/, "Node 24.0.0")
    .replace(/\b\d+ questions|\d+ 个问题/, (found) => found.replace(/\d+/, "50"));
}

test.each(["en", "zh"])("cli doctor: a line for each finding, in %s", async (language) => {
  const folder = temporaryFolder();
  const env = await studio();
  const args = ["doctor", "--report", "r.json", "--lang", language];
  const { code, stdout, stderr } = await cli(args, { env, folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  await expect(steady(stdout, folder)).toMatchFileSnapshot(`golden/cli-doctor.${language}.txt`);
});

test("cli doctor: a report is written for its owner alone, and is seen again as it was", async () => {
  const folder = temporaryFolder();
  const env = await studio();
  const doctor = await cli(["doctor", "--json", "--report", "r.json"], { env, folder });
  expect(doctor.code).toBe(0);
  const { findings, host } = JSON.parse(doctor.stdout);
  expect(findings).toContainEqual(expect.objectContaining({ code: "GPU_FOUND", verdict: "ok" }));
  const use = findings.find(({ code }: { code: string }) => code === "GPU_USE_FINE");
  expect(use.params).toEqual({
    name: "NVIDIA GeForce RTX 4060",
    found_mib: 7500,
    of_mib: 8188,
    programs: [
      { name: "ollama", used_mib: 500 },
      { name: "secret-painter", used_mib: 64 },
    ],
  });
  expect(host.gpu.uuid).toBe(CARD);
  const path = join(folder, "r.json");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const text = readFileSync(path, "utf8");
  for (const word of [CARD, folder, "secret-writer", "secret-painter", "runtime-profile-"]) {
    expect(text.replaceAll("runtime-profile-report", ""), word).not.toContain(word);
  }
  const again = await cli(["detect", "--from", "r.json", "--json"], { folder });
  expect(again).toMatchObject({ code: 0, stderr: "" });
  const seen = JSON.parse(again.stdout);
  expect(seen.report.differences).toEqual([]);
  expect(seen.gpu).toEqual({ ...host.gpu, uuid: "GPU-00000001-0000-0000-0000-000000000001" });
  expect(seen.profile_class).toBe("LOCAL_GPU_MID");
  expect(existsSync(join(folder, "data"))).toBe(false);
});

test("cli detect --from: says whose host it is, and what this version sees otherwise", async () => {
  const folder = temporaryFolder();
  await cli(["doctor", "--report", "r.json"], { env: await studio(), folder });
  const path = join(folder, "r.json");
  const report = JSON.parse(readFileSync(path, "utf8"));
  report.profile.gpu.vram_total_mib = 4095;
  writeFileSync(path, JSON.stringify(report));
  const { code, stdout } = await cli(["detect", "--from", "r.json"], { folder });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^\(from a report of \d{4}-\d\d-\d\d .* UTC: runtime-profile 0\.1\.0, Node /,
  );
  expect(stdout).toContain(
    "This version sees 1 thing otherwise:\n- gpu.vram_total_mib  4095  →  8188",
  );
});

test.each([
  ["", "got no JSON, or only a part of it"],
  ["{}", "got JSON of something else"],
  ['{"format":"runtime-profile-report","version":9}', "got version 9"],
])("cli detect --from: a file with %j is refused in a sentence", async (text, words) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "r.json"), text);
  const { code, stdout, stderr } = await cli(["detect", "--from", "r.json"], { folder });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(words);
});

test("cli detect --from: no file, a file beyond all bounds, and --save are refused", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "large.json"), Buffer.alloc(16 * 1024 * 1024 + 1, 32));
  const refused = async (...args: string[]) => (await cli(["detect", ...args], { folder })).stderr;
  expect(await refused("--from", "none.json")).toContain("got no such file");
  expect(await refused("--from", "")).toContain('at "", got no such file');
  expect(await refused("--from", "large.json")).toContain("got more than 16 MiB");
  expect(await refused("--from", ".")).toContain("EISDIR");
  expect(await refused("--from", "x", "--save")).toContain("Expected --save or --from, got both");
});

test("cli doctor: ends in time with everything hanging, and says what did not answer", async () => {
  const ollama = await fakeOllama({ mode: "hang" });
  const { env } = fakeNvidiaSmi({ mode: "stubborn" });
  const variables = { PATH: env["PATH"], RUNTIME_PROFILE_ROOT: studioRoot() };
  const folder = temporaryFolder();
  const before = performance.now();
  const { code, stdout } = await cli(["doctor", "--json", "--report", "r.json"], {
    env: { ...variables, OLLAMA_HOST: ollama.address },
    folder,
  });
  expect(performance.now() - before).toBeLessThan(SOON_MS);
  expect(code).toBe(0);
  const codes = JSON.parse(stdout).findings.map((one: { code: string }) => one.code);
  expect(codes).toContain("GPU_SILENT");
  expect(codes).toContain("OLLAMA_SILENT");
  const again = await cli(["detect", "--from", "r.json", "--json"], { folder });
  expect(JSON.parse(again.stdout).report.differences).toEqual([]);
});

test("cli doctor: a cloud is contacted with consent alone", async () => {
  let contacts = 0;
  const server = createServer((socket) => {
    contacts += 1;
    socket.destroy();
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const base = ["doctor", "--json", "--set", `cloud.base_url=http://127.0.0.1:${port}`];
  const codesOf = async (...more: string[]) => {
    const { stdout } = await cli([...base, ...more], { env: { OLLAMA_HOST: NO_OLLAMA } });
    return JSON.parse(stdout).findings.map((one: { code: string }) => one.code);
  };
  expect(await codesOf()).toContain("CLOUD_OFF");
  expect(contacts).toBe(0);
  expect(await codesOf("--set", "cloud.allowed=true")).toContain("CLOUD_REACHED");
  expect(contacts).toBe(1);
});

test("cli doctor: a runtime that is live is seen, and is in the report with its log", async () => {
  const folder = temporaryFolder();
  const env = { RUNTIME_PROFILE_PORT: String(await freePort()) };
  const runtime = startCli(["serve"], { env, folder });
  await runtime.saw(/http:\/\/127/);
  const { stdout } = await cli(["doctor", "--json", "--report", "r.json"], { env, folder });
  const codes = JSON.parse(stdout).findings.map((one: { code: string }) => one.code);
  expect(codes).toContain("RUNTIME_LIVE");
  const report = JSON.parse(readFileSync(join(folder, "r.json"), "utf8"));
  expect(report.log.map((entry: { type: string }) => entry.type)).toContain("runtime.started");
  expect(report.runtime.policy).not.toBeUndefined();
  expect(report.metrics.join()).toContain("process_resident_memory_bytes");
  runtime.signal("SIGTERM");
  await runtime.end;
});

test("cli doctor: a port of somebody else, and a data folder that cannot be", async () => {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const folder = temporaryFolder();
  writeFileSync(join(folder, "data"), "a file");
  const env = { RUNTIME_PROFILE_PORT: String(port) };
  const { code, stdout } = await cli(["doctor"], { env, folder });
  expect(code).toBe(0);
  expect(stdout).toContain(`❌ Another program has the port: http://127.0.0.1:${port}`);
  expect(stdout).toContain("The data folder is not writable (ENOTDIR)");
});

test("cli doctor --report: a file of the data folder, and a folder, are refused before anybody waits", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "data"));
  const own = await cli(["doctor", "--report", "data/log.sqlite"], { folder });
  expect(own).toMatchObject({ code: 1, stdout: "" });
  expect(own.stderr).toContain("a file of your own at --report");
  const none = await cli(["doctor", "--report", "nowhere/r.json"], { folder });
  expect(none).toMatchObject({ code: 1, stdout: "" });
  expect(none.stderr).toContain("name another file at --report");
});
