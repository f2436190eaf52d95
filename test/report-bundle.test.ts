/** What is planted on a host is nowhere in its report, and the report replays all the same. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { differencesOf, hostOfReport } from "../src/cli/detect-from.ts";
import type { PlaceSeen } from "../src/cli/doctor-place.ts";
import { reportBundleOf } from "../src/cli/report-bundle.ts";
import { detectHost } from "../src/detect/detect.ts";
import type { HostIo } from "../src/detect/host-io.ts";
import { recordingIo } from "../src/detect/recording-io.ts";
import { parseReport, replayingIo } from "../src/detect/report.ts";
import { DEFAULT_CONFIGURATION, type FullConfiguration } from "../src/domain/configuration.ts";
import { profileDocumentOf } from "../src/domain/profile-document.ts";
import { findingOf } from "../src/policy/doctor-code.ts";
import { fixture } from "./support/fixture.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const CARD = "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6";
const OTHER = "GPU-1b4e28ba-2fa1-11d2-883f-0016d3cca427";
const PLANTED = {
  user: "zoefarnsworth",
  host: "zoes-battlestation",
  home: "/home/zoefarnsworth",
  server: "nas-of-zoe.lan",
  token: "t0ken-of-zoe-t0ken",
  webhook: "https://hooks.kites.example/services/T0/s3cret-path",
  webhookSecret: "whsec_c2VjcmV0LW9mLXpvZQ==",
  argument: "--key=s3cret-argument",
  cloud: "https://private-gateway.example.org/zoe",
  serial: "1323021035623",
  mac: "3c:7c:3f:1e:9a:02",
  address: "192.168.17.23",
  password: "hunter2",
  card: CARD,
  other: OTHER,
  digits: "8932f937",
  folder: "client-acme",
  variable: "variable-of-nobody",
};

/** A host whose every answer tells of its user. */
function tellingIo(): HostIo {
  const nothing = replayingIo({
    records: [],
    view: { platform: "linux", env: {}, ollama_host: null },
  });
  const rowOf = (index: number, uuid: string): string =>
    `${index}, ${uuid}, 00000000:0${index + 1}:00.0, NVIDIA GeForce RTX 4060, 595.71.05, 8188, 688, 7500, 3, 40`;
  return {
    ...nothing,
    readText: async (path) => {
      if (path === "/proc/meminfo") return fixture("linux-memory", "meminfo.vm-24gb.txt");
      if (path === "/proc/cpuinfo")
        return `model name : Ryzen of ${PLANTED.user}\nSerial\t: ${PLANTED.serial}\n`;
      if (path.endsWith("ResolveDebug.txt"))
        return `Project ${PLANTED.home}/x\nRunning DaVinci Resolve v19.1.3 on ${PLANTED.host}\n`;
      return path.endsWith("/comm") ? "resolve\n" : null;
    },
    listFolder: async (path) => (path === "/proc" ? ["1", "77"] : null),
    readLink: async () => ({ target: `${PLANTED.home}/resolve/bin/resolve` }),
    lookAt: async (path) =>
      path === `/mnt/${PLANTED.folder}/bin/nvidia-smi` || path.includes("resolve")
        ? "there"
        : "absent",
    run: async ({ args }) => ({
      exit_code: 0,
      stdout: args.some((word) => word.startsWith("--query-gpu"))
        ? `${rowOf(0, CARD)}\n${rowOf(1, OTHER)}\nwarning for ${PLANTED.user}@${PLANTED.host} ${PLANTED.mac}\n`
        : `CUDA Version : 13.2\nSerial Number : ${PLANTED.serial}\n`,
      stderr: `${PLANTED.address}`,
      problem: null,
    }),
    ask: async (url) =>
      url.endsWith("/api/version")
        ? { problem: null, status: 200, body: '{"version":"0.33.3"}' }
        : {
            problem: null,
            status: 200,
            body: `{"models":[{"name":"of-${PLANTED.user}","size":1}]}`,
          },
  };
}

async function telling() {
  const configuration: FullConfiguration = {
    ...DEFAULT_CONFIGURATION,
    cloud: { ...DEFAULT_CONFIGURATION.cloud, base_url: PLANTED.cloud },
    server: {
      ...DEFAULT_CONFIGURATION.server,
      token: PLANTED.token,
      allowed_hosts: [PLANTED.server],
    },
    hooks: {
      ...DEFAULT_CONFIGURATION.hooks,
      webhook: PLANTED.webhook,
      webhook_secret: PLANTED.webhookSecret,
      command: ["notify", PLANTED.argument],
    },
    detect: {
      ...DEFAULT_CONFIGURATION.detect,
      gpu: CARD,
      servers: [
        `http://zoe:${PLANTED.password}@${PLANTED.address}:1234/`,
        `${PLANTED.password} is no address`,
      ],
    },
  };
  const env = {
    PATH: `${PLANTED.home}/bin:/mnt/${PLANTED.folder}/bin:/usr/bin`,
    HOME: PLANTED.home,
    OLLAMA_HOST: `http://zoe:${PLANTED.password}@${PLANTED.server}:11434`,
    CUDA_VISIBLE_DEVICES: "GPU-8932f937",
    NOBODY: PLANTED.variable,
  };
  const view = { env, root: "/", platform: "linux" } as const;
  const recorder = recordingIo(tellingIo(), view);
  const { host } = await detectHost({ ...view, io: recorder.io });
  const seen: PlaceSeen = { place: {} as never, status: null, metrics: [] };
  const bundle = await reportBundleOf({
    view,
    configuration,
    dataFolder: join(temporaryFolder(), "none"),
    host,
    tier: "LOCAL_GPU_MID",
    recording: recorder.finish(),
    findings: [findingOf("DATA_FOLDER_FINE", { path: `${PLANTED.home}/data` })],
    seen,
    person: { home: PLANTED.home, hostName: PLANTED.host, userName: PLANTED.user },
  });
  return { host, text: JSON.stringify(bundle.json) };
}

test("report: nothing that was planted on the host is in it", async () => {
  const { text } = await telling();
  const lower = text.toLowerCase();
  const found = Object.entries(PLANTED).filter(([, word]) => lower.includes(word.toLowerCase()));
  expect(found).toEqual([]);
  // What is needed is there, so the words above were not missed because all is gone.
  for (const word of ["RTX 4060", "0.33.3", "19.1.3", "CUDA_VISIBLE_DEVICES"]) {
    expect(text).toContain(word);
  }
});

test("report: a cleaned report is the same host, with placeholders that keep cards apart", async () => {
  const { host, text } = await telling();
  const { report } = parseReport(text);
  if (report === null) throw new Error("no report");
  const again = await hostOfReport(report);
  expect(differencesOf(report.profile, profileDocumentOf(again, "LOCAL_GPU_MID"))).toEqual([]);
  expect(again.gpus.map(({ uuid }) => uuid)).toEqual([
    "GPU-00000001-0000-0000-0000-000000000001",
    "GPU-00000002-0000-0000-0000-000000000002",
  ]);
  expect(report.view.env["CUDA_VISIBLE_DEVICES"]).toBe("GPU-00000001");
  expect(again.gpus.map(({ vram_total_mib }) => vram_total_mib)).toEqual(
    host.gpus.map(({ vram_total_mib }) => vram_total_mib),
  );
  expect(again.davinci).toEqual(host.davinci);
  expect(again.davinci).toMatchObject({ installed: true, running: true, version: "19.1.3" });
  expect(again.ollama).toMatchObject({ running: true, version: "0.33.3" });
});

test("report: the very same report comes of the very same host", async () => {
  const [one, two] = [await telling(), await telling()];
  const recordsOf = (text: string) =>
    JSON.parse(text).records.map((record: object) => ({
      ...record,
      answers: (record as { answers: object[] }).answers.map((answer) => ({
        ...answer,
        took_ms: 0,
      })),
    }));
  expect(recordsOf(one.text)).toEqual(recordsOf(two.text));
});
