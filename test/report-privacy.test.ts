import { expect, test } from "vitest";
import { type ReportSecrets, reportCleanerOf } from "../src/detect/report-privacy.ts";

const CARD = "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6";
const OTHER = "GPU-1b4e28ba-2fa1-11d2-883f-0016d3cca427";
const FIRST = "GPU-00000001-0000-0000-0000-000000000001";
const SECOND = "GPU-00000002-0000-0000-0000-000000000002";

const VIEW: ReportSecrets["view"] = {
  platform: "linux",
  root: "/",
  env: { PATH: "/home/alice/bin:/usr/bin:/mnt/client-x/tools:relative:" },
};

function cleaner(own: Partial<ReportSecrets> = {}) {
  const facts = { home: "/home/alice", hostName: "alices-workstation", userName: "alice" };
  return reportCleanerOf({ ...facts, view: VIEW, hosts: [], secrets: [], ...own });
}

test.each([
  ["of alice on alices-workstation", "of user on host"],
  ["/home/alice/films and /home/bob/x", "~/films and ~/x"],
  [`${CARD}, ${OTHER}, ${CARD}`, `${FIRST}, ${SECOND}, ${FIRST}`],
  [`${CARD} shortened GPU-8932f937`, `${FIRST} shortened GPU-00000001`],
  ["GPU-00a1b2c3d4e5f607, GPU-00a1b2c3", "GPU-0000000100000001, GPU-00000001"],
  ["uuid 1b4e28ba-2fa1-11d2-883f-0016d3cca427", "uuid 00000001-0000-0000-0000-000000000001"],
  [
    "Class\\{4d36e968-e325-11ce-bfc1-08002be10318}\\0000",
    "Class\\{4d36e968-e325-11ce-bfc1-08002be10318}\\0000",
  ],
  ["Serial Number : 1323021035623", "Serial Number : SERIAL-1"],
  ["<serial>1323021035623</serial>", "<serial>SERIAL-1</serial>"],
  [
    '"serial_number": "C02ZL0AA", "serial": "C02ZL0AA"',
    '"serial_number": "SERIAL-1", "serial": "SERIAL-1"',
  ],
  ["Serial\t\t: 10000000abcdef", "Serial\t\t: SERIAL-1"],
  ["link 3c:7c:3f:1e:9a:02", "link 00:00:00:00:00:01"],
  ["http://192.168.1.7:11434 and 10.0.0.3", "http://192.0.2.1:11434 and 192.0.2.2"],
  ["fe80::1a2b:3c4d and [2003:e1::7]:80", "2001:db8::1 and [2001:db8::2]:80"],
])("report cleaner: %j", (text, clean) => {
  const { json } = cleaner();
  expect(json(text)).toBe(clean);
  expect(json(json(text))).toBe(clean);
});

test.each([
  "http://127.0.0.1:11434",
  "[::1]:11434",
  "0.0.0.0",
  "00000000:01:00.0",
  "0000:01:00.0",
  "595.71.05",
  "31.0.15.5050",
  "Running DaVinci Resolve v17.4.1.4",
  "12:34:56",
  "NVIDIA GeForce RTX 4060, 8188 MiB, [N/A]",
  "Serial Number : N/A",
  "qwen3.5:9b",
])("report cleaner: %j tells nothing and stays", (text) => {
  expect(cleaner().json(text)).toBe(text);
});

test("report cleaner: the number of an AMD card is the same in its file, its name and a choice", () => {
  const { records, json } = cleaner();
  const question = ["/sys/class/drm/card1/device/unique_id"];
  const file = (answers: readonly unknown[]) => [{ kind: "text", question, answers } as const];
  const cleaned = records(file(["00a1b2c3d4e5f607\n", null, "0\n"]));
  expect(cleaned).toEqual(file(["0000000100000001\n", null, "0\n"]));
  expect(records(cleaned)).toEqual(cleaned);
  expect(json({ ROCR_VISIBLE_DEVICES: "GPU-00A1B2C3D4E5F607" })).toEqual({
    ROCR_VISIBLE_DEVICES: "GPU-0000000100000001",
  });
});

test("report cleaner: a host called ollama changes no word, a Chinese name goes even inside others", () => {
  const trade = cleaner({ hostName: "ollama", userName: "node" });
  expect(trade.json("/usr/bin/ollama, node")).toBe("/usr/bin/ollama, node");
  const chinese = cleaner({ hostName: "工作站一号", userName: "张伟" });
  expect(chinese.json("张伟的电脑是工作站一号")).toBe("redacted的电脑是redacted");
});

test("report cleaner: other hosts go where an address stands, and words stay", () => {
  const { json } = cleaner({
    hosts: ["gpu", "nas.lan", "localhost"],
    secrets: ["t0ken-t0ken-t0ken"],
  });
  expect(json("http://gpu:11434/api and the gpu")).toBe(
    "http://server-1.example:11434/api and the gpu",
  );
  expect(json("nas.lan")).toBe("server-2.example");
  expect(json("http://localhost:1/")).toBe("http://localhost:1/");
  expect(json("Bearer t0ken-t0ken-t0ken")).toBe("Bearer redacted");
});

test("report cleaner: folders of PATH become numbers in questions and in PATH alike", () => {
  const { records, environment } = cleaner();
  const asked = [
    { kind: "look", question: ["/home/alice/bin/nvidia-smi", "run"], answers: ["absent"] },
    { kind: "look", question: ["/usr/bin/nvidia-smi", "run"], answers: ["there"] },
    { kind: "run", question: ["/mnt/client-x/tools/nvidia-smi", "-L"], answers: [] },
    { kind: "text", question: ["/home/alice/.local/x"], answers: ["alice"] },
  ] as const;
  expect(records(asked).map(({ question }) => question[0])).toEqual([
    "/path-1/nvidia-smi",
    "/usr/bin/nvidia-smi",
    "/path-2/nvidia-smi",
    "~/.local/x",
  ]);
  expect(environment(VIEW.env)).toEqual({ PATH: "/path-1:/usr/bin:/path-2" });
});

test("report cleaner: of the environment only what detection reads, and no value that is a name", () => {
  const { environment } = cleaner();
  const env = {
    ...VIEW.env,
    HOME: "/home/alice",
    OLLAMA_HOST: "192.168.1.7",
    OLLAMA_API_KEY: "sk-123",
    CUDA_VISIBLE_DEVICES: CARD,
    WSL_DISTRO_NAME: "Alices-Ubuntu",
    AWS_SECRET_ACCESS_KEY: "x",
    EDITOR: "vi",
  };
  expect(environment(env)).toEqual({
    PATH: "/path-1:/usr/bin:/path-2",
    HOME: "~",
    OLLAMA_HOST: "192.0.2.1",
    OLLAMA_API_KEY: "set",
    CUDA_VISIBLE_DEVICES: FIRST,
    WSL_DISTRO_NAME: "set",
  });
});
