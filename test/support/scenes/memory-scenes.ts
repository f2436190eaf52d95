/** The recorded files of /proc and control groups, each as a small Linux host. */
import type { Host } from "../../../src/domain/host.ts";
import { fixture } from "../fixture.ts";
import { fakeRoot } from "../temporary-folder.ts";
import { ABOUT, plainFiles, type Scene } from "./scene.ts";

const VM = "meminfo.vm-24gb.txt";
const text = (name: string): string => fixture("linux-memory", name);

function facts({ memory, cpu, conditions }: Host): readonly string[] {
  const { total_mib, available_mib, limited_by } = memory;
  return [
    `${available_mib} of ${total_mib} MiB (${limited_by})`,
    ...(cpu.quota === null ? [] : [`${cpu.quota} processors`]),
    ...(conditions?.memory_stall == null ? [] : [`memory stall: ${conditions.memory_stall}`]),
  ];
}

type Files = Readonly<Record<string, string>>;

function scene(name: string, files: () => Files): Scene {
  const options = () => {
    return { root: fakeRoot({ ...plainFiles(), ...files() }) };
  };
  return { fixture: `linux-memory/${name}`, about: ABOUT.memory, options, facts };
}

const meminfo = (name: string): Scene => scene(name, () => ({ "proc/meminfo": text(name) }));

const limited = (): Files =>
  Object.fromEntries(
    ["max", "current", "high", "stat", "events"].map((part) => [
      `sys/fs/cgroup/memory.${part}`,
      text(`cgroup2.limited.memory.${part}.derived.txt`),
    ]),
  );

/** One line of a v1 capture is one file of the kernel. */
function groupV1(name: string): Files {
  const values = new Map(
    text(name)
      .trim()
      .split("\n")
      .map((line) => line.split(" ") as [string, string]),
  );
  const folder = "sys/fs/cgroup/memory/rp_test";
  return {
    "proc/self/cgroup": "4:memory:/rp_test\n0::/\n",
    [`${folder}/memory.limit_in_bytes`]: `${values.get("memory.limit_in_bytes")}\n`,
    [`${folder}/memory.usage_in_bytes`]: `${values.get("memory.usage_in_bytes")}\n`,
    [`${folder}/memory.stat`]: `total_inactive_file ${values.get("total_inactive_file")}\n`,
  };
}

const PRESSURE = {
  "proc-pressure-cpu.txt": "cpu",
  "proc-pressure-cpu.old-kernel-some-only.derived.txt": "cpu",
  "proc-pressure-memory.txt": "memory",
  "proc-pressure-io.txt": "io",
} as const;

/** Every file of the folder, in the order of its index. */
export const MEMORY_SCENES: readonly Scene[] = [
  meminfo(VM),
  meminfo("meminfo.no-memavailable.derived.txt"),
  meminfo("meminfo.gb10.txt"),
  ...Object.entries(PRESSURE).map(([name, what]) =>
    scene(name, () => ({ [`proc/pressure/${what}`]: text(name) })),
  ),
  scene("proc-stat.head.txt", () => ({ "proc/stat": text("proc-stat.head.txt") })),
  scene("cgroup1.memory.limit_in_bytes.unlimited.txt", () => ({
    "proc/self/cgroup": "4:memory:/\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": text(
      "cgroup1.memory.limit_in_bytes.unlimited.txt",
    ),
  })),
  scene("cgroup1.rp_test.start.txt", () => groupV1("cgroup1.rp_test.start.txt")),
  scene("cgroup1.rp_test.after-reading-400MiB-file.txt", () =>
    groupV1("cgroup1.rp_test.after-reading-400MiB-file.txt"),
  ),
  ...["unlimited", "huge.derived"].map((kind) =>
    scene(`cgroup2.memory.max.${kind}.txt`, () => ({
      "sys/fs/cgroup/memory.max": text(`cgroup2.memory.max.${kind}.txt`),
    })),
  ),
  ...["unlimited", "1.5cpu"].map((kind) =>
    scene(`cgroup2.cpu.max.${kind}.txt`, () => ({
      "sys/fs/cgroup/cpu.max": text(`cgroup2.cpu.max.${kind}.txt`),
    })),
  ),
  ...["max", "current", "high", "stat", "events"].map((part) =>
    scene(`cgroup2.limited.memory.${part}.derived.txt`, limited),
  ),
  ...["v2", "v2-in-container", "v1-hybrid"].map((kind) =>
    scene(`proc-self-cgroup.${kind}.txt`, () => ({
      "proc/self/cgroup": text(`proc-self-cgroup.${kind}.txt`),
    })),
  ),
];
