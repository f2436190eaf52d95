/** Inputs that are broken, absent or impossible, each as a host around the real detection. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DetectOptions } from "../../../src/detect/detect.ts";
import type { Host } from "../../../src/domain/host.ts";
import { type FakeAnswer, fakeNvidiaSmi, nvidiaRow } from "../fake-nvidia-smi.ts";
import { fakeOllama, type OllamaAnswers } from "../fake-ollama.ts";
import { fakeRoot, temporaryFolder } from "../temporary-folder.ts";
import { ABOUT, cardFacts, plainFiles, type Scene } from "./scene.ts";

const ROW = nvidiaRow({ total: 8188, used: 500, free: 7600 });
const SYSTEM_PATH = "/bin:/usr/bin";

function program(name: string, options: () => DetectOptions): Scene {
  return { fixture: name, about: ABOUT.gpu, facts: cardFacts, options };
}

const printed = (name: string, answer: FakeAnswer): Scene =>
  program(name, () => ({ env: { PATH: `${fakeNvidiaSmi(answer).folder}:${SYSTEM_PATH}` } }));

/** A program that does what a script says. */
const scripted = (name: string, script: string, mode = 0o755): Scene =>
  program(name, () => {
    const folder = temporaryFolder();
    const path = join(folder, "nvidia-smi");
    writeFileSync(path, script);
    chmodSync(path, mode);
    return { env: { PATH: `${folder}:${SYSTEM_PATH}` } };
  });

const utf16 = (text: string): string =>
  `\\377\\376${[...text].map((letter) => `${letter === "%" ? "%%" : letter}\\000`).join("")}`;

/** What nvidia-smi may do wrong beyond the recorded outputs. */
export const BAD_PROGRAMS: readonly Scene[] = [
  program("program missing", () => ({ env: { PATH: "/nonexistent" } })),
  scripted("program not executable", "#!/bin/sh\n", 0o644),
  printed("hangs and ignores SIGTERM", { rows: ROW, mode: "stubborn" }),
  scripted("crashes by a signal", "#!/bin/sh\nkill -SEGV $$\n"),
  scripted("prints after the limit", `#!/bin/sh\nsleep 20\necho "${ROW.trim()}"\n`),
  printed("prints without end", { mode: "endless" }),
  printed("byte order mark", { rows: `\uFEFF${ROW}` }),
  scripted("UTF-16", `#!/bin/sh\nprintf '${utf16(ROW.trim())}'\n`),
  printed("ANSI colours", { rows: `\u001B[32m${ROW.trim()}\u001B[0m\n` }),
  printed("the same uuid twice", { rows: ROW + ROW.replace(/^0/, "1") }),
  printed("a number too large", { rows: ROW.replace("8188", "1e400") }),
  printed("detail queries hang", { rows: ROW, details_mode: "stubborn" }),
];

function server(name: string, answers: Partial<OllamaAnswers>): Scene {
  return {
    fixture: name,
    about: ABOUT.server,
    facts: ({ ollama }: Host) => [
      `running: ${ollama.running}`,
      ...(ollama.models.length === 0 ? [] : [`${ollama.models.length} models`]),
      ...ollama.loaded.map(
        (one) => `${one.size_vram_bytes} of ${one.size_bytes} bytes on the card`,
      ),
    ],
    options: async () => ({ ollamaHost: (await fakeOllama(answers)).address }),
  };
}

const thousands = JSON.stringify({
  models: Array.from({ length: 5000 }, (_, index) => ({ name: `model-${index}`, size: 1 })),
});
const loaded = (fields: object): string => JSON.stringify({ models: [{ name: "m", ...fields }] });

/** What a model server, or somebody on its port, may answer. */
export const BAD_SERVERS: readonly Scene[] = [
  { ...server("nobody listens", {}), options: () => ({ ollamaHost: "http://127.0.0.1:9" }) },
  server("accepts and never answers", { mode: "hang" }),
  server("drips byte after byte", { mode: "drip" }),
  server("HTML of a proxy", { mode: "html" }),
  server("broken JSON", { mode: "broken" }),
  server("redirects elsewhere", { mode: "redirect" }),
  server("answers 502", { mode: "trouble" }),
  server("another program", { mode: "other" }),
  server("`models` is null", { tags: '{"models":null}' }),
  server("five thousand models", { tags: thousands }),
  server("an empty version", { version: '{"version":""}' }),
  server("`expires_at` is null", { ps: loaded({ size: 5, size_vram: 5, expires_at: null }) }),
  server("more on the card than there is", { ps: loaded({ size: 5, size_vram: 9 }) }),
];

function files(name: string, change: Readonly<Record<string, string>>): Scene {
  return {
    fixture: name,
    about: ABOUT.memory,
    facts: ({ memory, cpu }: Host) => [
      `${memory.available_mib} of ${memory.total_mib} MiB (${memory.limited_by})`,
      `${cpu.threads} threads`,
    ],
    options: () => ({ root: fakeRoot({ ...plainFiles(), ...change }) }),
  };
}

const group = (limit: string, usage: string, stat?: string): Readonly<Record<string, string>> => ({
  "sys/fs/cgroup/memory.max": `${limit}\n`,
  "sys/fs/cgroup/memory.current": `${usage}\n`,
  ...(stat === undefined ? {} : { "sys/fs/cgroup/memory.stat": `inactive_file ${stat}\n` }),
});

/** What the kernel's files may say. */
export const BAD_FILES: readonly Scene[] = [
  files("meminfo is empty", { "proc/meminfo": "" }),
  files("meminfo is binary", { "proc/meminfo": "\u0000\u0001\u0002" }),
  files("more available than there is", {
    "proc/meminfo": "MemTotal: 1000000 kB\nMemAvailable: 2000000 kB\n",
  }),
  files("usage above the limit", group("1048576000", "1148576000", "0")),
  files("more inactive than used", group("1048576000", "5000000", "9000000")),
  files("no memory.stat", group("1048576000", "500000000")),
  files("`memory.high` is 0", {
    ...group("1048576000", "500000000", "0"),
    "sys/fs/cgroup/memory.high": "0\n",
  }),
  files("a limit of 2^64 − 1", group("18446744073709551615", "5", "0")),
  files("a limit above the memory", group("99999999999999", "5", "0")),
  files("a deleted group", { "proc/self/cgroup": "0::/gone (deleted)\n" }),
  files("a group seen from outside", { "proc/self/cgroup": "0::/../../elsewhere\n" }),
  files("no /proc/stat", { "proc/stat": "" }),
];
