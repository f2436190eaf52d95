/** What a detection that could not see everything leaves as it was. */
import { expect, test } from "vitest";
import type { Host } from "../src/domain/host.ts";
import { withKnownFacts } from "../src/domain/host-continuity.ts";
import type { Note } from "../src/domain/note.ts";
import { policyIn } from "../src/replay/fold.ts";
import { CARD, configurationWith, hostWith, Story } from "./support/stories.ts";

const note = (
  probe: Note["probe"],
  code: Note["code"],
  detail: string | null = null,
): readonly Note[] => [{ probe, code, detail }];

const MODEL = { name: "moondream:latest", size_bytes: 1, vision: true, cloud: false };
const LOADED = { name: "moondream:latest", size_bytes: 1, size_vram_bytes: 1 };
const UNKNOWN = hostWith().ollama;
const SERVING: Host["ollama"] = {
  ...UNKNOWN,
  running: true,
  version: "0.33.3",
  models: [MODEL],
  loaded: [LOADED],
};
const EDITING = { installed: true, version: "21.0", running: true, scriptable: true };
const UNSEEN = { installed: null, version: null, running: null, scriptable: null };

test("continuity: a probe that timed out takes no card away", () => {
  const host = withKnownFacts(hostWith(), hostWith({ gpus: [], notes: note("nvidia", "timeout") }));
  expect(host.gpus).toEqual([CARD]);
});

test("continuity: a probe that says the card is gone is believed", () => {
  const gone = hostWith({ gpus: [], notes: note("nvidia", "no-devices") });
  expect(withKnownFacts(hostWith(), gone).gpus).toEqual([]);
});

test("continuity: nothing is invented without a previous host, and a found card is not doubled", () => {
  const late = { notes: note("nvidia", "timeout") };
  expect(withKnownFacts(null, hostWith({ gpus: [], ...late })).gpus).toEqual([]);
  expect(withKnownFacts(hostWith(), hostWith(late)).gpus).toEqual([CARD]);
  const silent = hostWith({ notes: note("ollama", "timeout") });
  expect(withKnownFacts(null, silent)).toBe(silent);
});

test.each<[name: string, found: Host["ollama"], notes: readonly Note[], kept: Host["ollama"]]>([
  ["silence", UNKNOWN, note("ollama", "timeout"), SERVING],
  ["trouble", UNKNOWN, note("ollama", "invalid-answer"), SERVING],
  [
    "an unanswered list of models",
    { ...SERVING, version: "0.34.0", models: [] },
    note("ollama", "timeout", "/api/tags"),
    { ...SERVING, version: "0.34.0" },
  ],
  [
    "an unanswered list of loaded models",
    { ...SERVING, loaded: [] },
    note("ollama", "timeout", "/api/ps"),
    SERVING,
  ],
  ["an empty list", { ...SERVING, models: [] }, [], { ...SERVING, models: [] }],
  [
    "nobody listening",
    { ...UNKNOWN, running: false },
    note("ollama", "not-running"),
    { ...UNKNOWN, running: false },
  ],
  [
    "another address",
    { ...UNKNOWN, address: "http://10.0.0.2:11434" },
    note("ollama", "timeout"),
    { ...UNKNOWN, address: "http://10.0.0.2:11434" },
  ],
])(
  "continuity: after %s of the model server the right things are known",
  (_name, found, notes, kept) => {
    const previous = hostWith({ ollama: SERVING });
    expect(withKnownFacts(previous, hostWith({ ollama: found, notes })).ollama).toEqual(kept);
  },
);

test.each<[name: string, found: Host["davinci"], notes: readonly Note[], kept: Host["davinci"]]>([
  ["a timeout", UNSEEN, note("davinci", "timeout"), EDITING],
  [
    "unreadable processes",
    { ...UNSEEN, installed: true, version: "21.1" },
    note("davinci", "unreadable"),
    { ...EDITING, version: "21.1", scriptable: null },
  ],
  [
    "a closed editor",
    { ...EDITING, running: false, scriptable: null },
    [],
    { ...EDITING, running: false, scriptable: null },
  ],
])("continuity: after %s the right things are known of the editor", (_name, found, notes, kept) => {
  const previous = hostWith({ davinci: EDITING });
  expect(withKnownFacts(previous, hostWith({ davinci: found, notes })).davinci).toEqual(kept);
});

test("continuity: work stays here when the model server misses one detection, cloud or not", () => {
  const cloud = { ...configurationWith().cloud, allowed: true, base_url: "https://cloud.example" };
  const before = hostWith({ gpus: [], ollama: SERVING });
  const story = new Story(before, configurationWith({ cloud }));
  story.send({ type: "cloud.probed", reachable: true }).beats(3, { used: null });
  expect(policyIn(story.state).vision).toMatchObject({ provider: "local", ready: true });
  const found = hostWith({ gpus: [], notes: note("ollama", "timeout") });
  const host = withKnownFacts(story.state.host, found);
  story.send({ type: "host.detected", host }).beats(3, { used: null });
  expect(policyIn(story.state).vision).toMatchObject({ provider: "local", ready: true });
});

test("continuity: a host too busy to read its own files keeps its memory and its processors", () => {
  const base = hostWith();
  const before: Host = {
    ...base,
    os_version: "6.18",
    cpu: { ...base.cpu, brand: "Test", cores: 8, threads: 16, score: "high" },
    memory: { total_mib: 32_000, available_mib: 20_000, limited_by: "host" },
    surrounding: { wsl: 2, container: null },
  };
  const { surrounding: _absent, ...rest } = before;
  const busy: Host = {
    ...rest,
    os_version: null,
    cpu: { brand: null, cores: null, threads: null, score: null, quota: null },
    memory: { total_mib: null, available_mib: null, limited_by: "host" },
    notes: [...note("cpu", "timeout"), ...note("memory", "timeout"), ...note("static", "timeout")],
  };
  const { cpu, memory, os_version, surrounding } = withKnownFacts(before, busy);
  expect({ cpu, memory, os_version, surrounding }).toEqual({
    cpu: before.cpu,
    memory: before.memory,
    os_version: "6.18",
    surrounding: before.surrounding,
  });
  const read = { ...busy, notes: note("memory", "unreadable") };
  expect(withKnownFacts(before, read).memory.total_mib).toBeNull();
});

test("continuity: a GB10 and the AMD card of a Mac stay while their probe is silent", () => {
  const keptOf = (gpu: Host["gpus"][number], probe: Note["probe"]) =>
    withKnownFacts(hostWith({ gpus: [gpu] }), hostWith({ gpus: [], notes: note(probe, "timeout") }))
      .gpus;
  const gb10 = { ...CARD, uuid: "GPU-10", vram_total_mib: null, unified: true };
  expect(keptOf(gb10, "nvidia")).toEqual([gb10]);
  expect(keptOf(gb10, "jetson")).toEqual([]);
  const jetson = { ...gb10, uuid: null };
  expect(keptOf(jetson, "jetson")).toEqual([jetson]);
  const ofMac = { ...CARD, vendor: "amd", uuid: null } as const;
  expect(keptOf(ofMac, "apple")).toEqual([ofMac]);
});
