import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { kernelBusIdOf } from "../src/detect/nvidia-bus.ts";
import { listedPartsOf, measuredCardsOf, migPartsOf } from "../src/detect/nvidia-mig.ts";
import { probeNvidia, probeNvidiaDetails } from "../src/detect/probe-nvidia.ts";
import { textAt, xmlTreeOf } from "../src/detect/xml-tree.ts";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { UNKNOWN_HOST } from "../src/domain/host.ts";
import { tierOf } from "../src/domain/tier.ts";
import {
  type FakeAnswer,
  fakeNvidiaSmi,
  nvidiaRow,
  SEVEN_COLUMNS,
} from "./support/fake-nvidia-smi.ts";
import { fixture } from "./support/fixture.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

const LIST = fixture("nvidia-smi", "h200-mig-linux.list-L.txt");
const H200 = fixture("nvidia-smi", "h200-mig-linux.idle.query-gpu.csv.txt");
const A100_XML = fixture("nvidia-smi", "a100-40gb-mig-linux.q-x.xml.txt");
const A100 = "GPU-27b94a00-ed54-5c24-b1fd-1054085de32a";
const A100_LIST = `GPU 0: NVIDIA A100-SXM4-40GB (UUID: ${A100})
  MIG 3g.20gb     Device  0: (UUID: MIG-00000000-0000-0000-0000-000000000000)
  MIG 3g.20gb     Device  1: (UUID: MIG-00000001-0000-0000-0000-000000000001)
`;

async function ask(answer: FakeAnswer) {
  const fake = fakeNvidiaSmi(answer);
  const view = { root: fakeRoot(), env: fake.env, platform: "linux" as const };
  const question = { view, nvidiaSmiPath: null };
  const probed = await probeNvidiaDetails(question, await probeNvidia(question));
  const host = { ...UNKNOWN_HOST, gpus: probed.finding.gpus };
  return { ...probed, fake, tier: tierOf(host, DEFAULT_CONFIGURATION.tier) };
}

test("MIG: the parts come from the list, their sizes from the profiles where nothing else tells", async () => {
  const { finding, notes, origins } = await ask({ rows: H200, optional: H200, list: LIST });
  expect(finding.gpus[0]).toMatchObject({ vram_total_mib: 143_771, usable_mib: 63_979 });
  expect(
    finding.gpus[0]?.mig?.map(({ profile, vram_total_mib }) => [profile, vram_total_mib]),
  ).toEqual([
    ["1c.3g.71gb", 63_979],
    ["2c.3g.71gb", 63_979],
    ["2g.35gb", 31_539],
    ["1g.18gb", 16_220],
    ["1g.18gb", 16_220],
  ]);
  expect(notes.map(({ code }) => code)).toEqual(["mig", "estimated"]);
  const usable = origins?.find(({ fact }) => fact.endsWith(".usable_mib"));
  expect(usable).toMatchObject({ certainty: "estimated", reason: "estimated" });
});

test("MIG: an estimate is never above what these parts really have", () => {
  const real = new Map([
    ["3g.71gb", 71_424],
    ["2g.35gb", 33_280],
    ["1g.18gb", 16_384],
    ["1g.10gb", 9984],
    ["2g.20gb", 20_096],
    ["3g.40gb", 40_448],
    ["3g.20gb", 19_968],
  ]);
  for (const [profile, mib] of real) {
    const { largest_mib } = migPartsOf([{ card: "GPU-1", uuid: "MIG-1", profile, device: 0 }], []);
    expect(largest_mib).toBeLessThanOrEqual(mib);
    expect(largest_mib).toBeGreaterThan(mib * 0.88);
  }
});

test("MIG: the XML gives the sizes of the parts, and the card's own memory stays the card's", async () => {
  const row = nvidiaRow({ name: "A100", uuid: A100, total: 40_960, used: 38, free: 40_315 });
  const optional = `uuid, mig.mode.current\n${A100}, Enabled\n`;
  const { finding, notes, origins, fake } = await ask({
    rows: row,
    optional,
    list: A100_LIST,
    xml: A100_XML,
  });
  expect(finding.gpus[0]).toMatchObject({ vram_total_mib: 40_960, usable_mib: 19_968 });
  expect(finding.gpus[0]?.mig?.map(({ vram_total_mib }) => vram_total_mib)).toEqual([
    19_968, 19_968,
  ]);
  expect(notes.map(({ code }) => code)).toEqual(["mig"]);
  expect(origins?.find(({ fact }) => fact.endsWith(".usable_mib"))?.certainty).toBe("measured");
  expect(fake.calls()).toContain(`-q -x --id=${A100}`);
});

test("MIG: a container that may not see the card's memory works from its part", async () => {
  const rows =
    SEVEN_COLUMNS + fixture("nvidia-smi", "bad-insufficient-permissions.derived.nounits.txt");
  const list = `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-00000000-0000-0000-0000-00000000000a)
  MIG 3g.20gb     Device  0: (UUID: MIG-00000001-0000-0000-0000-000000000001)
`;
  const xml = A100_XML.replace(A100, "GPU-00000000-0000-0000-0000-00000000000a");
  const { finding, tier, notes } = await ask({ rows, list, xml });
  expect(finding.gpus[0]).toMatchObject({ vram_total_mib: null, usable_mib: 19_968 });
  expect(tier).toBe("LOCAL_GPU_HIGH");
  expect(notes.map(({ code }) => code)).toEqual(["permission", "mig"]);
  const without = await ask({ rows });
  expect(without.finding.gpus[0]?.mig).toBeUndefined();
  expect(without.tier).toBe("LOCAL_CPU_ONLY");
});

test("MIG: switched on without a part, no program can use the card", async () => {
  const row = nvidiaRow({ name: "A100", uuid: A100, total: 40_960, used: 38, free: 40_315 });
  const optional = `uuid, mig.mode.current\n${A100}, Enabled\n`;
  const list = A100_LIST.split("\n")[0] ?? "";
  const { finding, tier } = await ask({ rows: row, optional, list });
  expect(finding.gpus[0]).toMatchObject({ usable_mib: 0, mig: [] });
  expect(tier).toBe("LOCAL_CPU_ONLY");
});

test("MIG: nobody asks for parts where the driver says that it is off", async () => {
  const row = nvidiaRow({
    uuid: A100,
    total: 40_960,
    used: 38,
    free: 40_315,
    utilization: "[N/A]",
  });
  const { fake } = await ask({
    rows: row,
    optional: `uuid, mig.mode.current\n${A100}, Disabled\n`,
  });
  expect(fake.calls()).not.toContain("-L");
});

test("MIG: compute instances of one GPU instance share its memory", () => {
  const part = (device: number, gpu_instance: number, total_mib: number | null) => ({
    ...{ device, gpu_instance, total_mib },
    ...{ used_mib: null, free_mib: null },
  });
  const { mig, largest_mib } = migPartsOf(listedPartsOf(LIST), [
    part(0, 2, 71_424),
    part(1, 2, null),
    part(2, 3, 33_280),
    part(3, 9, 16_384),
    part(4, 10, 16_384),
  ]);
  expect(mig.map(({ vram_total_mib }) => vram_total_mib)).toEqual([
    71_424, 71_424, 33_280, 16_384, 16_384,
  ]);
  expect(largest_mib).toBe(71_424);
});

test.each([
  ["rtx3060-12gb-linux.q-x.xml.txt", 1],
  ["gtx1660ti-6gb-linux-driver418.q-x.xml.txt", 1],
  ["t4-16gb-linux.q-x.xml.txt", 1],
  ["rtxpro6000-minimal-driver580.q-x.xml.txt", 1],
] as const)("measuredCardsOf: %s has %i card without parts", (name, count) => {
  const cards = measuredCardsOf(fixture("nvidia-smi", name));
  expect(cards).toHaveLength(count);
  expect(cards[0]).toEqual({ uuid: expect.stringMatching(/^GPU-/), parts: [] });
});

test.each([
  ["<a><b>1</b><b> 2 </b><c/></a>", "1"],
  ['<?xml version="1.0"?><!DOCTYPE a><a x="1"><!-- <b>9</b> --><b>1</b></a>', "1"],
  ["<a><c><b>9</b></c><b>1</b></a>", "1"],
  ["<a><b>1</b>", null],
  ["<a><b>1</a></b>", null],
  ["<a/><a/>", null],
  ["", null],
  ["<html><p>x</html>", null],
  [`${"<a>".repeat(40)}${"</a>".repeat(40)}`, null],
])("xmlTreeOf: of %s the direct b is %s", (text, b) => {
  const tree = xmlTreeOf(text);
  expect(tree === null ? null : textAt(tree, "b")).toBe(b);
});

test("measuredCardsOf, listedPartsOf: cut at any place or mixed up, they never throw or invent", () => {
  const folder = new URL("./fixtures/nvidia-smi/", import.meta.url);
  const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const check = (text: string) => {
    const digits = new Set((text.match(/\d+/g) ?? []).map(Number));
    for (const { parts } of measuredCardsOf(text))
      for (const part of parts)
        for (const value of Object.values(part))
          if (value !== null) expect(digits.has(value)).toBe(true);
    for (const part of listedPartsOf(text)) expect(text).toContain(part.uuid);
  };
  for (const text of texts) {
    const step = Math.max(1, Math.floor(text.length / 12));
    for (let end = 0; end <= text.length; end += step) check(text.slice(0, end));
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), check));
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("<gpu>", "</gpu>", "<", ">", "<uuid>", "12 MiB", "/"), {
        maxLength: 30,
      }),
      (pieces) => check(`<nvidia_smi_log>${pieces.join("")}</nvidia_smi_log>`),
    ),
  );
});

test.each([
  ["00000000:0C:00.0", "0000:0c:00.0"],
  ["0000000F:01:00.0", "000f:01:00.0"],
  ["00010000:01:00.0", "10000:01:00.0"],
  ["0000:02:00.0", "0000:02:00.0"],
  ["0C:00.0", "0000:0c:00.0"],
  ["[N/A]", null],
  ["01:00.8", null],
  ["0000:0C:00.0; rm", null],
  [null, null],
])("kernelBusIdOf: %s is %s", (text, bus) => {
  expect(kernelBusIdOf(text)).toBe(bus);
});
