import { execFileSync, spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chunkOf } from "./support/fake-work.ts";
import { type Door, startDoor } from "./support/gateway.ts";
import { CUT_TOOL, OF_PICTURE, obliging, PICTURE } from "./support/gateway-scripts.ts";

/** Asks with Python's standard library; prints status, one header, and the answer as it came. */
const PYTHON = `
import json, sys, urllib.error, urllib.request
url, body = sys.argv[1], sys.stdin.buffer.read()
headers = {"Content-Type": "application/json", "Authorization": "Bearer anything"}
asked = urllib.request.Request(url, data=body, headers=headers)
try:
    answer = urllib.request.urlopen(asked, timeout=60)
except urllib.error.HTTPError as refused:
    answer = refused
print(answer.status, answer.headers.get("x-runtime-profile-rung"), flush=True)
for line in answer:
    sys.stdout.buffer.write(line)
    sys.stdout.flush()
`;

interface Told {
  readonly code: number | null;
  readonly status: number;
  readonly rung: string;
  readonly text: string;
}

interface Program {
  readonly name: string;
  readonly isThere: boolean;
  readonly command: (url: string) => readonly [program: string, ...words: string[]];
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const PROGRAMS: readonly Program[] = [
  {
    name: "curl",
    isThere: isThere("curl"),
    command: (url) => {
      const told = "%{stderr}%{http_code} %header{x-runtime-profile-rung}\\n";
      const type = "content-type: application/json";
      return ["curl", "-sS", "-N", "-H", type, "--data-binary", "@-", "-w", told, url];
    },
  },
  {
    name: "python3",
    isThere: isThere("python3"),
    command: (url) => ["python3", "-c", PYTHON, url],
  },
];

let door: Door;
beforeAll(async () => {
  door = await startDoor();
  for (const { name, isThere: has } of PROGRAMS) {
    if (!has) console.warn(`SKIPPED: ${name} is not on this host, so it asks nothing.`);
  }
});
afterAll(async () => {
  await door.stop();
});

const ASKED = { model: "runtime/planning", messages: [{ role: "user", content: "Hello?" }] };
const IMAGE = { type: "image_url", image_url: { url: `data:image/png;base64,${PICTURE}` } };
const SEEN = {
  model: "runtime/vision",
  messages: [{ role: "user", content: [{ type: "text", text: "What is this?" }, IMAGE] }],
};

function begin({ command }: Program, body: object) {
  const [program, ...words] = command(`${door.baseUrl}/chat/completions`);
  const child = spawn(program, words, { stdio: ["pipe", "pipe", "pipe"] });
  let out = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    out += part;
  });
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    said += part;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify(body));
  const told = new Promise<Told>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      // Python prints the status before the answer, curl beside it.
      const [first = "", ...lines] = program === "curl" ? [said, out] : out.split("\n");
      const [status = "", rung = ""] = first.trim().split(" ");
      resolve({ code, status: Number(status), rung, text: lines.join("\n") });
    });
  });
  return { child, told };
}

function contentIn(text: string): unknown {
  return JSON.parse(text).choices[0].message;
}

function piecesIn(text: string): readonly Record<string, unknown>[] {
  const lines = text.split("\n").filter((line) => line.startsWith("data: "));
  expect(lines.at(-1)).toBe("data: [DONE]");
  return lines.slice(0, -1).map((line) => JSON.parse(line.slice(6)).choices[0].delta);
}

for (const program of PROGRAMS) {
  const { name } = program;
  const told = (body: object) => begin(program, body).told;

  test.skipIf(!program.isThere)(`${name}: a chat, a picture and a tool, whole`, async () => {
    door.work.script = obliging;
    const chat = await told(ASKED);
    expect([chat.code, chat.status, chat.rung]).toEqual([0, 200, "nominal"]);
    expect(contentIn(chat.text)).toMatchObject({ content: "Hello 世界" });
    expect(contentIn((await told(SEEN)).text)).toMatchObject({ content: OF_PICTURE });
    const { text } = await told({ ...ASKED, tools: [CUT_TOOL] });
    expect(contentIn(text)).toMatchObject({
      tool_calls: [{ function: { name: "cut", arguments: '{"at":12}' } }],
    });
  });

  test.skipIf(!program.isThere)(`${name}: a chat, a picture and a tool, streamed`, async () => {
    door.work.script = obliging;
    const textOf = (pieces: readonly Record<string, unknown>[]) =>
      pieces.map(({ content = "" }) => content).join("");
    const chat = await told({ ...ASKED, stream: true });
    expect([chat.status, chat.rung]).toEqual([200, "nominal"]);
    expect(textOf(piecesIn(chat.text))).toBe("Hello 世界");
    const seen = await told({ ...SEEN, stream: true });
    expect(textOf(piecesIn(seen.text))).toBe(OF_PICTURE);
    const used = await told({ ...ASKED, stream: true, tools: [CUT_TOOL] });
    expect(JSON.stringify(piecesIn(used.text))).toContain('"name":"cut"');
  });

  test.skipIf(!program.isThere)(
    `${name}: ended while it waits or reads, its job ends`,
    async () => {
      const { work } = door;
      for (const [hang, stream] of [
        [[], false],
        [[], true],
        [["one"], true],
      ] as const) {
        work.script = () => ({ hang });
        const [given, aborted, read] = [work.jobs.length, work.seen.aborted, work.seen.read];
        const { child, told } = begin(program, { ...ASKED, stream });
        await work.until(() => work.jobs.length > given && work.seen.read >= read + hang.length);
        child.kill("SIGTERM");
        await work.until(() => work.seen.aborted > aborted);
        await told;
      }
    },
  );

  test.skipIf(!program.isThere)(`${name}: errors before and within an answer`, async () => {
    const { work } = door;
    work.script = () => ({ refusal: { kind: "queue_full", message: "Full." } });
    const refused = await told(ASKED);
    expect([refused.status, refused.rung]).toEqual([503, "nominal"]);
    expect(JSON.parse(refused.text).error).toMatchObject({ message: "Full.", code: "queue_full" });
    const failed = {
      failure: "oom",
      status: 500,
      message: "killed",
      retry_after_ms: null,
    } as const;
    work.script = () => ({ chunks: [chunkOf({ content: "Hel" })], failed });
    const { text } = await told({ ...ASKED, stream: true });
    expect(text).toContain('"content":"Hel"');
    expect(text).toContain('"code":"out_of_memory"');
    expect(text).not.toContain("[DONE]");
  });
}
