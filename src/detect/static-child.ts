/**
 * The child process in which systeminformation works: prints one JSON line of static facts.
 *
 * It stands in a process of its own because the library starts a dozen programs, some of them
 * synchronously and without a limit; here a hang costs a child, never the runtime.
 */
import { cpu, osInfo } from "systeminformation";
import type { StaticFinding } from "./probe-static.ts";

const MHZ_PER_GHZ = 1000;

const [processor, system] = await Promise.allSettled([cpu(), osInfo()]);
const cpuData = processor.status === "fulfilled" ? processor.value : null;
const osData = system.status === "fulfilled" ? system.value : null;
const flags = cpuData?.flags ?? "";
const isX86 = process.arch === "x64" || process.arch === "ia32";
const maxMhz = Math.round((cpuData?.speedMax || cpuData?.speed || 0) * MHZ_PER_GHZ);

const finding: StaticFinding = {
  brand: [cpuData?.manufacturer, cpuData?.brand].filter(Boolean).join(" ") || null,
  cores: cpuData?.physicalCores || null,
  max_mhz: maxMhz || null,
  has_avx2: isX86 && flags !== "" ? flags.split(" ").includes("avx2") : null,
  os_version: [osData?.distro, osData?.release].filter(Boolean).join(" ") || null,
};
process.stdout.write(`${JSON.stringify(finding)}\n`);
