/** The table of a host: lines for what is there beyond the ordinary, and none for what is not. */
import { expect, test } from "vitest";
import { hostTable } from "../src/cli/host-table.ts";
import { UNKNOWN_CONDITIONS } from "../src/domain/conditions.ts";
import { LANGUAGES } from "../src/domain/configuration.ts";
import { type Host, UNKNOWN_GPU, UNKNOWN_HOST } from "../src/domain/host.ts";

const HOST: Host = {
  ...UNKNOWN_HOST,
  os_version: "Ubuntu 26.04",
  surrounding: { wsl: 2, container: "docker" },
  conditions: { ...UNKNOWN_CONDITIONS, power: "battery", battery_percent: 40, thermal: "hot" },
  servers: [
    {
      kind: "lmstudio",
      address: "http://127.0.0.1:1234",
      running: true,
      version: null,
      models: [
        { name: "a", vision: true, loaded: true, context: null, size_bytes: null, cloud: false },
      ],
    },
    { kind: null, address: "http://gpu:9000", running: null, version: null, models: [] },
  ],
  editors: [
    { id: "davinci", name: "DaVinci Resolve", installed: true, running: true, memory_mib: 1900 },
    { id: "blender", name: "Blender", installed: true, running: true, memory_mib: 2048 },
    { id: "kdenlive", name: "kdenlive", installed: true, running: false, memory_mib: null },
  ],
};

test("host table: surroundings, other servers, other editors and conditions have their lines", () => {
  const text = hostTable(HOST, "LOCAL_CPU_ONLY", "en").join("\n");
  expect(text).toContain("Linux Ubuntu 26.04 · WSL2 · docker");
  expect(text).toContain("LM Studio · http://127.0.0.1:1234 · 1 model");
  expect(text).toContain("unknown · http://gpu:9000");
  expect(text).toContain("Blender · running · 2.0 GB");
  expect(text).toContain("kdenlive · installed");
  expect(text).toContain("on battery (40 %) · hot");
  expect(text.match(/DaVinci Resolve/g)).toHaveLength(1);
  const chinese = hostTable(HOST, "LOCAL_CPU_ONLY", "zh").join("\n");
  expect(chinese).toContain("使用电池 (40 %) · 机器过热");
});

test("host table: an ordinary host has no lines for what it has not", () => {
  const plain = { ...HOST, servers: [], editors: [], conditions: UNKNOWN_CONDITIONS };
  const lines = hostTable(plain, "LOCAL_CPU_ONLY", "en");
  expect(lines.join("\n")).not.toMatch(/Conditions|LM Studio|Blender/);
  expect(hostTable(UNKNOWN_HOST, "LOCAL_CPU_ONLY", "en").length).toBeLessThan(lines.length + 1);
});

test("host table: who chose a card that is not there is sent to where the cards' numbers stand", () => {
  const gpus = [{ ...UNKNOWN_GPU, uuid: "GPU-1", bus_id: "0000:01:00.0" }];
  const notes = [{ probe: "static", code: "no-such-card", detail: "detect.gpu: 7" }] as const;
  for (const language of LANGUAGES) {
    const text = hostTable({ ...HOST, gpus, notes }, "LOCAL_CPU_ONLY", language).join("\n");
    expect(text).not.toMatch(/GPU-1|0000:01:00/);
    expect(text).toContain("runtime-profile detect --json");
  }
});
