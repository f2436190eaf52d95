import { expect, test } from "vitest";
import { detectHost } from "../src/detect/detect.ts";
import { type HostIo, ioOf } from "../src/detect/host-io.ts";
import { recordingIo } from "../src/detect/recording-io.ts";
import { parseReport, replayingIo } from "../src/detect/report.ts";
import { reportCleanerOf } from "../src/detect/report-privacy.ts";
import type { Host } from "../src/domain/host.ts";
import { studioRoot } from "./cli-helper.ts";
import {
  type FakeAnswer,
  fakeNvidiaSmi,
  nvidiaRow,
  SEVEN_COLUMNS,
} from "./support/fake-nvidia-smi.ts";
import { fakeOllama, type OllamaMode } from "./support/fake-ollama.ts";
import { fixture } from "./support/fixture.ts";
import { addFiles } from "./support/temporary-folder.ts";

const NO_OLLAMA = "127.0.0.1:1";
const LINUX = { root: "/", platform: "linux" } as const;

interface FakeHost {
  readonly card?: FakeAnswer;
  readonly ollama?: OllamaMode;
  readonly files?: Readonly<Record<string, string>>;
  readonly platform?: NodeJS.Platform;
}

/** Detects and records a host made of files, programs and servers. */
async function record({ card, ollama, files = {}, platform = "linux" }: FakeHost) {
  const root = studioRoot();
  addFiles(root, files);
  const env = card === undefined ? { PATH: root, HOME: "/home/someone" } : fakeNvidiaSmi(card).env;
  const server = ollama === undefined ? null : await fakeOllama({ mode: ollama });
  const ollamaHost = server?.address ?? NO_OLLAMA;
  const recorder = recordingIo(ioOf({ env, root, platform }), { env, root, platform });
  const options = { env, root, platform, ollamaHost, deadlineMs: 2500 };
  const { host } = await detectHost({ ...options, io: recorder.io });
  const { records, losses } = recorder.finish();
  const view = { platform, env, ollama_host: ollamaHost };
  return { host, losses, paper: { records, view } };
}

/** Detects again from the paper alone, as another host reads it. */
async function replay({ records, view }: Awaited<ReturnType<typeof record>>["paper"]) {
  const written = JSON.stringify({ format: "runtime-profile-report", version: 1, records, view });
  const { report, got } = parseReport(written);
  if (report === null) throw new Error(got);
  const { platform, env, ollama_host } = report.view;
  const options = { env, platform, root: "/", ollamaHost: ollama_host, io: replayingIo(report) };
  return (await detectHost(options)).host;
}

const CARD = { rows: nvidiaRow({ total: 8188, used: 688, free: 7500 }) };
const VERSION = fixture("nvidia-smi", "rtx2080s-8gb-linux-driver610.version.txt");
const rowsOf = (name: string): FakeAnswer => ({
  rows: SEVEN_COLUMNS + fixture("nvidia-smi", name),
});
const RESOLVE = {
  "opt/resolve/bin/resolve": "",
  "opt/resolve/libs/Fusion/fusionscript.so": "",
  "proc/4711/exe": "-> /opt/resolve/bin/resolve",
};

const HOSTS: readonly (readonly [string, FakeHost])[] = [
  ["nothing but files", {}],
  ["a card and a server", { card: { ...CARD, version: VERSION }, ollama: "ok" }],
  ["two cards, one left", { card: rowsOf("two-gpu-one-left.derived.nounits.txt") }],
  ["a card that is lost", { card: { rows: "Unable to determine … GPU is lost\n", exit_code: 15 } }],
  ["a program that prints nothing", { card: {} }],
  ["a program that hangs", { card: { mode: "stubborn" } }],
  ["details that hang", { card: { ...CARD, details_mode: "hang" } }],
  ["a program that never ends to print", { card: { mode: "endless" } }],
  ["a server that hangs", { ollama: "hang" }],
  ["a server of somebody else", { ollama: "html" }],
  ["a server in trouble", { ollama: "trouble" }],
  ["a server without models", { ollama: "empty" }],
  ["an editor that runs", { files: RESOLVE }],
  [
    "a container with a limit",
    {
      files: {
        "sys/fs/cgroup/memory.max": "4294967296\n",
        "sys/fs/cgroup/memory.current": "1073741824\n",
        "sys/fs/cgroup/memory.stat": "inactive_file 1048576\n",
        "sys/fs/cgroup/cpu.max": "150000 100000\n",
      },
    },
  ],
  ["macOS", { platform: "darwin" }],
  ["Windows", { platform: "win32" }],
];

test.each(HOSTS)("report: the paper of %s gives the very same host", async (_name, fake) => {
  const { host, paper } = await record(fake);
  expect(timeless(await replay(paper))).toEqual(timeless(host));
});

test("report: the same paper gives the same host twice, and does not grow old", async () => {
  const { host, paper } = await record({ card: CARD, ollama: "ok" });
  expect(timeless(await replay(paper))).toEqual(timeless(host));
  expect(timeless(await replay(paper))).toEqual(timeless(host));
});

test("recording: programs of the user are counted, and only the editor is named", async () => {
  const { losses, paper } = await record({
    files: {
      ...RESOLVE,
      "proc/200/exe": "-> /home/alice/diary/secret-writer",
      "proc/300/comm": "x",
    },
  });
  const text = JSON.stringify(paper.records);
  expect(text).not.toContain("secret-writer");
  expect(text).toContain("/opt/resolve/bin/resolve");
  expect(losses.programs_left_out).toBeGreaterThan(0);
  const list = paper.records.find(({ question }) => question[0] === "/proc");
  expect(list?.answers.length).toBeGreaterThan(0);
  for (const answer of list?.answers ?? []) expect(answer).not.toContain("200");
});

test("recording: an editor whose path is hidden is found again by its name", async () => {
  const hidden = fakeIo({
    listFolder: async () => ["1", "77", "self"],
    readLink: async () => ({ target: null, code: "hidden" }),
    readText: async (path) => (path === "/proc/77/comm" ? "resolve\n" : null),
  });
  const recorder = recordingIo(hidden, { ...LINUX, env: {} });
  const options = { ...LINUX, env: {}, ollamaHost: NO_OLLAMA };
  const { host } = await detectHost({ ...options, io: recorder.io });
  expect(host.davinci.running).toBe(true);
  const { records } = recorder.finish();
  const view = { platform: "linux", env: {}, ollama_host: NO_OLLAMA } as const;
  expect(timeless(await replay({ records, view }))).toEqual(timeless(host));
});

test("report: an editor in a home that we name ourselves is found in a cleaned report, too", async () => {
  const io = fakeIo({
    lookAt: async (path) => (path === "/home/resolve/bin/resolve" ? "there" : "absent"),
  });
  const recorder = recordingIo(io, { ...LINUX, env: {} });
  const options = { ...LINUX, env: {}, ollamaHost: NO_OLLAMA };
  const { host } = await detectHost({ ...options, io: recorder.io });
  expect(host.davinci.installed).toBe(true);
  const facts = { home: "/home/alice", hostName: "", view: { ...LINUX, env: {} } };
  const records = reportCleanerOf({ ...facts, hosts: [], secrets: [] }).records(
    recorder.finish().records,
  );
  expect(JSON.stringify(records)).not.toContain("/home/");
  const view = { platform: "linux", env: {}, ollama_host: NO_OLLAMA } as const;
  expect(timeless(await replay({ records, view }))).toEqual(timeless(host));
});

test("recording: what a program was started with, and the rest of the editor's log, stay out", async () => {
  const io = fakeIo({
    readText: async () => "Opened /projects/divorce.drp\nRunning DaVinci Resolve v19.1\n",
  });
  const recorder = recordingIo(io, { ...LINUX, env: {} });
  await recorder.io.readText("/proc/self/cmdline");
  await recorder.io.readText("/proc/9/environ");
  await recorder.io.readText("/home/a/.local/share/DaVinciResolve/logs/ResolveDebug.txt");
  const { records } = recorder.finish();
  expect(records).toHaveLength(1);
  expect(records[0]?.answers).toEqual(["Running DaVinci Resolve v19.1"]);
});

test("recording: of mounts only those of the system, of the first process only where it stands", async () => {
  const mounts = "1 0 8:1 / / rw - ext4\n2 1 8:2 / /mnt/client-acme rw - ext4\n";
  const recorder = recordingIo(fakeIo({ readText: async () => mounts }), { ...LINUX, env: {} });
  for (const name of ["1/mountinfo", "1/cgroup", "1/comm", "9/mountinfo"]) {
    await recorder.io.readText(`/proc/${name}`);
  }
  const { records } = recorder.finish();
  expect(records.map(({ question }) => question[0])).toEqual([
    "/proc/1/mountinfo",
    "/proc/1/cgroup",
  ]);
  expect(records[0]?.answers).toEqual(["1 0 8:1 / / rw - ext4"]);
});

test("recording: nvidia-smi's table of processes stays out, its card stays in", async () => {
  const banner = [
    "| NVIDIA-SMI 595.71.05    Driver Version: 595.71.05    CUDA Version: 13.2 |",
    "| 30%   40C    P8    11W / 120W |   688MiB /  8188MiB |      3%      Default |",
    "|    0   N/A  N/A      4242      G   /usr/bin/secret-writer          45MiB |",
  ].join("\n");
  const outcome = { exit_code: 0, stdout: banner, stderr: "", problem: null };
  const recorder = recordingIo(fakeIo({ run: async () => outcome }), { ...LINUX, env: {} });
  await recorder.io.run({ file: "/usr/bin/nvidia-smi", args: [], env: {}, limit_ms: 1 });
  const text = JSON.stringify(recorder.finish().records);
  expect(text).not.toContain("secret-writer");
  expect(text).toContain("CUDA Version: 13.2");
  expect(text).toContain("688MiB");
});

test("recording: every limit holds, and what was cut is said", async () => {
  const io = fakeIo({ readText: async () => "x".repeat(50) });
  const limits = { records: 3, text: 20, total: 60 };
  const recorder = recordingIo(io, { ...LINUX, env: {}, limits });
  for (const name of ["a", "b", "c", "d", "e"]) await recorder.io.readText(`/${name}`);
  const { records, losses } = recorder.finish();
  expect(records.map(({ answers }) => answers)).toEqual([["x".repeat(20)], ["x".repeat(20)]]);
  expect(losses).toEqual({ answers_cut: 2, answers_left_out: 3, programs_left_out: 0 });
});

test("recording: answers to one question keep their order, and the last goes on to count", async () => {
  let reads = 0;
  const io = fakeIo({
    readText: async () => {
      reads += 1;
      return `${reads}`;
    },
  });
  const recorder = recordingIo(io, { ...LINUX, env: {} });
  for (const _ of [1, 2]) await recorder.io.readText("/f");
  const { records } = recorder.finish();
  await recorder.io.readText("/later");
  const paper = replayingIo({ records, view: { platform: "linux", env: {}, ollama_host: null } });
  expect([await paper.readText("/f"), await paper.readText("/f")]).toEqual(["1", "2"]);
  expect([await paper.readText("/f"), await paper.readText("/later")]).toEqual(["2", null]);
});

test("replay: what was never asked gets no answer, and a wrong answer counts as none", async () => {
  const records = [
    { kind: "look", question: ["/a", "run"], answers: ["everywhere"] },
    { kind: "run", question: ["/a"], answers: [{ stdout: 3 }] },
    { kind: "http", question: ["http://a/"], answers: [{ problem: "no-such-code" }] },
    { kind: "link", question: ["/l"], answers: [{ target: 3 }] },
  ] as const;
  const paper = replayingIo({ records, view: { platform: "linux", env: {}, ollama_host: null } });
  const program = { file: "/a", args: [], env: {}, limit_ms: 1 };
  const { signal } = new AbortController();
  expect(await paper.lookAt("/a", true)).toBe("absent");
  expect((await paper.run(program)).problem).toBe("not-checked");
  expect((await paper.run({ ...program, file: "/b" })).problem).toBe("not-checked");
  expect(await paper.ask("http://a/", signal)).toEqual({ problem: "not-checked" });
  expect(await paper.readLink("/l")).toEqual({ target: null, code: "absent" });
  expect(await paper.isAccepting(1, 1)).toBe(false);
  expect(paper.figures().processors).toEqual([]);
});

test.each([
  ["", "no JSON, or only a part of it"],
  ['{"format":"runtime-prof', "no JSON, or only a part of it"],
  ["[]", "JSON of something else"],
  ['{"format":"runtime-profile-report","version":2}', "version 2"],
  ['{"format":"runtime-profile-report","version":1}', "a report without its records"],
])("parseReport: %j is none, and it is said what it is", (text, got) => {
  expect(parseReport(text)).toEqual({ report: null, got });
});

/** Another detection reads at other moments. */
function timeless({ origins, ...host }: Host): object {
  return { ...host, origins: origins?.map((origin) => ({ ...origin, at: 0 })) };
}

/** A system that knows nothing but what the test says. */
function fakeIo(own: Partial<HostIo>): HostIo {
  const nothing = replayingIo({
    records: [],
    view: { platform: "linux", env: {}, ollama_host: null },
  });
  return { ...nothing, ...own };
}
