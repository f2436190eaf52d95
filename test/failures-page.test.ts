/**
 * Every way to fail, on this host and in the cloud, whole and streamed: real clients and the real engine
 * against fakes that speak the real protocols. What is expected stands here by hand; what was seen is
 * written to `docs/failures.md`.
 */
import { expect, test } from "vitest";
import { type FailureTold, MODES, PLACES, type Place, playCase } from "./support/failure-cases.ts";
import { SCENES, type SceneName } from "./support/fake-model-scenes.ts";

/** Class, then where a whole answer goes next, then a streamed one. */
type Expected = readonly [failure: string | null, whole: string, stream: string];

const LOCAL: Readonly<Record<SceneName, Expected>> = {
  ok: [null, "-", "-"],
  "slow-load": ["timeout", "smallModel", "smallModel"],
  "oom-old": ["oom", "cpu", "cpu"],
  "oom-new": ["oom", "cpu", "cpu"],
  "oom-memory": ["oom", "cpu", "cpu"],
  killed: ["oom", "cpu", "cpu"],
  "oom-stream": ["oom", "cpu", "stream"],
  "model-missing": ["not_pulled", "smallModel", "smallModel"],
  quota: ["quota", "smallModel", "smallModel"],
  unauthorized: ["auth", "smallModel", "smallModel"],
  context: ["context", "caller", "caller"],
  loading: [null, "again", "again"],
  busy: [null, "again", "again"],
  "bad-request": ["bad_request", "caller", "caller"],
  error: ["server_error", "smallModel", "smallModel"],
  stall: ["timeout", "smallModel", "stream"],
  reset: ["server_error", "smallModel", "smallModel"],
  "reset-stream": ["server_error", "smallModel", "stream"],
  html: ["server_error", "smallModel", "smallModel"],
  broken: ["server_error", "smallModel", "stream"],
  truncated: ["server_error", "smallModel", "stream"],
  redirect: ["server_error", "smallModel", "smallModel"],
};

/** A provider's memory is no business of ours, and its loading is an outage; the plan is made here then. */
const CLOUD: Readonly<Record<SceneName, Expected>> = {
  ok: [null, "-", "-"],
  "slow-load": ["timeout", "nominal", "nominal"],
  "oom-old": ["server_error", "nominal", "nominal"],
  "oom-new": ["server_error", "nominal", "nominal"],
  "oom-memory": ["server_error", "nominal", "nominal"],
  killed: ["server_error", "nominal", "nominal"],
  "oom-stream": ["server_error", "nominal", "stream"],
  "model-missing": ["not_pulled", "nominal", "nominal"],
  quota: ["quota", "nominal", "nominal"],
  unauthorized: ["auth", "nominal", "nominal"],
  context: ["context", "caller", "caller"],
  loading: ["server_error", "nominal", "nominal"],
  busy: ["server_error", "nominal", "nominal"],
  "bad-request": ["bad_request", "caller", "caller"],
  error: ["server_error", "nominal", "nominal"],
  stall: ["timeout", "nominal", "stream"],
  reset: ["server_error", "nominal", "nominal"],
  "reset-stream": ["server_error", "nominal", "stream"],
  html: ["server_error", "nominal", "nominal"],
  broken: ["server_error", "nominal", "stream"],
  truncated: ["server_error", "nominal", "stream"],
  redirect: ["server_error", "nominal", "nominal"],
};

const EXPECTED: Readonly<Record<Place, Readonly<Record<SceneName, Expected>>>> = {
  local: LOCAL,
  cloud: CLOUD,
};

/** Classes that speak about the resource or the provider. */
const COUNTED = ["oom", "timeout", "refused", "server_error"];

const told = new Map<string, FailureTold>();
const nameOf = (place: Place, scene: SceneName, mode: string) => `${place} ${scene} ${mode}`;

for (const place of PLACES) {
  test.each(SCENES)(`failures: ${place}, %s`, async (scene) => {
    const [failure, ...nexts] = EXPECTED[place][scene];
    for (const [index, mode] of MODES.entries()) {
      const seen = await playCase({ scene, place, mode });
      told.set(nameOf(place, scene, mode), seen);
      expect(seen).toMatchObject({ failure, next: nexts[index] });
      const isCounted =
        COUNTED.includes(failure ?? "") || (failure === "quota" && place === "cloud");
      expect(seen.counts).toBe(isCounted ? place : "nobody");
      const isGoneOn = !["-", "again", "caller", "stream"].includes(seen.next);
      expect(seen.receipt.endsWith("ATTEMPT_FAILED")).toBe(isGoneOn);
      expect(seen.receipt.startsWith("refused: failed")).toBe(seen.next === "caller");
      expect(seen.runtime.includes("degraded.cpu")).toBe(failure === "oom");
      expect(seen.runtime.includes("cloud closed")).toBe(
        place === "cloud" && (failure === "quota" || failure === "auth"),
      );
    }
  });
}

test("failures: the page has what was seen", async () => {
  expect(told.size).toBe(PLACES.length * SCENES.length * MODES.length);
  await expect(pageOf()).toMatchFileSnapshot("../docs/failures.md");
});

const WHERE: Readonly<Record<Place, string>> = {
  local: "On this host: Ollama on the card, the cloud not allowed",
  cloud: "In the cloud: a provider of OpenAI's protocol, planning, a model on the card beside it",
};

function pageOf(): string {
  const tables = PLACES.map((place) => {
    const rows = SCENES.flatMap((scene) =>
      MODES.map((mode) => {
        const seen = told.get(nameOf(place, scene, mode));
        if (seen === undefined) throw new Error(`${scene} was not played`);
        const { failure, next, counts, receipt, runtime } = seen;
        const cells = [`\`${scene}\``, mode, failure ?? "–", next.replace(/^-$/, "–"), counts];
        return `| ${[...cells, receipt, runtime === "" ? "–" : runtime].join(" | ")} |`;
      }),
    );
    return [
      `## ${WHERE[place]}`,
      "",
      "| What happens | Answer | Class | Next | Counts against | Receipt or refusal | The runtime |",
      "| --- | --- | --- | --- | --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return `${INTRODUCTION}\n\n${tables.join("\n\n")}\n`;
}

const INTRODUCTION = `# What follows from each failure

[Guide](guide.md) · [Decision](decisions/0032-work-goes-where-the-policy-says.md)

Made by \`test/failures-page.test.ts\`: the real clients and the real engine of work, over HTTP, against servers that fail in one way at the first request and answer well afterwards. Each case begins on a fresh runtime at its best rung.

**Next** is the rung where the job goes on; *again*: the same place, a little later; *caller*: the request is at fault and goes back; *stream*: something had been said already, so the failure is told in the stream and nothing is tried elsewhere. The texts that servers say in each case are in \`test/support/fake-model-scenes.ts\`; they are those of real servers.`;
