/**
 * Detection: all probes at once, an answer in time, and a fuller one when the slow ones have spoken.
 *
 * Like a roll call with a bell: who has answered when it rings is in the first host, the others are
 * noted as `timeout`; when they come (each has a limit of its own) the second host, `late`, has
 * them. Rejected: waiting for the slowest (nvidia-smi may hang), and dropping what came too late.
 */
import type { ServiceConfiguration } from "../domain/configuration.ts";
import type { Host } from "../domain/host.ts";
import { assembleHost, type Findings } from "./assemble-host.ts";
import { areNvidiaCardsAsleep } from "./card-sleep.ts";
import type { Environment } from "./environment.ts";
import { type HostIo, type HostView, ioOf } from "./host-io.ts";
import { ollamaAddressOf } from "./ollama-address.ts";
import { withInstallation } from "./ollama-installation.ts";
import { type Probed, REAL_ROOT, withinLimit } from "./probe.ts";
import { AMD_PROBE_LIMIT_MS, probeAmd } from "./probe-amd.ts";
import { probeApple } from "./probe-apple.ts";
import { probeCpu } from "./probe-cpu.ts";
import { probeDavinci } from "./probe-davinci.ts";
import { probeEditors, runningEditors } from "./probe-editors.ts";
import {
  INTEL_DETAILS_LIMIT_MS,
  INTEL_PROBE_LIMIT_MS,
  probeIntel,
  probeIntelDetails,
} from "./probe-intel.ts";
import { probeJetson } from "./probe-jetson.ts";
import { probeMemory } from "./probe-memory.ts";
import {
  NVIDIA_LIMIT_MS,
  probeNvidia,
  probeNvidiaDetails,
  sleepingNvidia,
} from "./probe-nvidia.ts";
import { OLLAMA_LIMIT_MS, probeOllama } from "./probe-ollama.ts";
import { probePower } from "./probe-power.ts";
import { probeServers, SERVERS_LIMIT_MS } from "./probe-servers.ts";
import { probeStatic, STATIC_LIMIT_MS, type StaticFinding } from "./probe-static.ts";
import { probeWindows } from "./probe-windows.ts";
import { probeSurrounding } from "./surrounding.ts";

/** How to detect; everything has the real system as its default. */
export interface DetectOptions {
  readonly env?: Environment;
  /** Prefix of the fixed paths; tests give a folder. Default "/". */
  readonly root?: string;
  readonly platform?: NodeJS.Platform;
  /** In place of the real system: a report that is asked instead. */
  readonly io?: HostIo;
  /** Ollama's address from the configuration; `null` or absent = `OLLAMA_HOST`, else the default. */
  readonly ollamaHost?: string | null;
  /** Time until the first host, in ms. Default 2000: with the start of the process ready in under 3 s. */
  readonly deadlineMs?: number;
  /** Facts that never change, from an earlier detection; the dear helper is then not started again. */
  readonly fixed?: Probed<StaticFinding> | null;
  /** `detect.gpu`: the card to use. */
  readonly gpuChoice?: string | null;
  /** `detect.servers`: further addresses of model servers. */
  readonly servers?: readonly string[];
  /** Addresses that are not asked for a model server: our own. */
  readonly leaveOut?: readonly string[];
  /** `detect.editors`: program names of further editors. */
  readonly editors?: readonly string[];
  /** False: a card that sleeps is not woken to be asked; its remark is `asleep`. Default true. */
  readonly mayWake?: boolean;
  /** nvidia-smi by the user's choice; absent = it is searched for. */
  readonly nvidiaSmiPath?: string | null;
  /** Ends the probes that are still out; `late` then resolves at once with what is there. */
  readonly signal?: AbortSignal;
}

/** What a configuration says about detecting. */
export function wishesOf({
  ollama,
  detect,
  server,
}: Pick<ServiceConfiguration, "ollama" | "detect" | "server">): Pick<
  DetectOptions,
  "ollamaHost" | "gpuChoice" | "servers" | "leaveOut" | "editors"
> {
  const { gpu, servers, editors } = detect;
  const leaveOut = [`http://127.0.0.1:${server.port}`];
  return { ollamaHost: ollama.host, gpuChoice: gpu, servers, leaveOut, editors };
}

/** The host by the deadline, and the fuller one when probes were still out. */
export interface Detection {
  readonly host: Host;
  /** `null` when nothing is out; never rejects. */
  readonly late: Promise<Host> | null;
  /** The facts that never change, as far as they are known when it is asked. */
  readonly fixed: () => Probed<StaticFinding> | null;
}

/** Time until the first host, in ms. */
const DETECT_DEADLINE_MS = 2000;

/** Files only; a second is far beyond what they need. */
const FILES_LIMIT_MS = 2000;
/** Charge and temperature may come from slow chips, `pmset` is a program. */
const POWER_LIMIT_MS = 5000;
/** `system_profiler`, `reg` and PowerShell take seconds. */
const SYSTEM_LIMIT_MS = 12_000;
const EDITOR_LIMIT_MS = 3000;
/** Beyond a probe's own limit, for its last words. */
const MARGIN_MS = 250;

type Collected = { -readonly [Name in keyof Findings]: Findings[Name] };

/** Detects the host; resolves after `deadlineMs` at the latest and never rejects. */
export async function detectHost(options: DetectOptions = {}): Promise<Detection> {
  const view: HostView = {
    env: options.env ?? process.env,
    root: options.root ?? REAL_ROOT,
    platform: options.platform ?? process.platform,
    ...(options.io === undefined ? {} : { io: options.io }),
  };
  const address = ollamaAddressOf(options.ollamaHost ?? view.env.OLLAMA_HOST);
  const found: Collected = options.fixed == null ? {} : { static: options.fixed };
  const fixed = () => (found.static?.notes.length === 0 ? found.static : null);
  let isComplete = false;
  const all = Promise.all(startProbes(view, { options, address, found })).then(() => {
    isComplete = true;
  });
  const limit_ms = options.deadlineMs ?? DETECT_DEADLINE_MS;
  await withinLimit({ limit_ms, signal: options.signal, work: () => all });
  const wishes = { env: view.env, choice: options.gpuChoice ?? null };
  const assembly = { platform: view.platform, address, wishes };
  const host = assembleHost(assembly, { ...found });
  if (isComplete) return { host, late: null, fixed };
  return { host, late: all.then(() => assembleHost(assembly, found)), fixed };
}

interface Roll {
  readonly options: DetectOptions;
  readonly address: string;
  readonly found: Collected;
}

/** Each probe writes its own entry; one that fails or is too late leaves it empty. */
function startProbes(view: HostView, { options, address, found }: Roll): Promise<unknown>[] {
  const { signal } = options;
  const within = (limit_ms: number, work: (inner: AbortSignal) => Promise<void>) =>
    withinLimit({ limit_ms: limit_ms + MARGIN_MS, signal, work });
  const take = <Name extends keyof Findings>(name: Name) => {
    return (probed: Findings[Name]): void => {
      found[name] = probed;
    };
  };
  const named = options.editors ?? [];
  // Two probes want the processes, and a pass over them is dear; it begins when the first one asks.
  let pass: ReturnType<typeof runningEditors> | null = null;
  const running = () => {
    pass ??= runningEditors({ view, named }, signal);
    return pass;
  };
  return [
    within(FILES_LIMIT_MS, () => probeCpu(view).then(take("cpu"))),
    within(FILES_LIMIT_MS, () => probeMemory(view).then(take("memory"))),
    within(OLLAMA_LIMIT_MS, (inner) =>
      probeOllama(address, inner, ioOf(view).ask)
        .then((probed) => withInstallation(view, probed))
        .then(take("ollama")),
    ),
    within(FILES_LIMIT_MS, () => probeSurrounding(view).then(take("surrounding"))),
    within(FILES_LIMIT_MS, () => probeJetson({ view }).then(take("jetson"))),
    within(AMD_PROBE_LIMIT_MS, (inner) => probeAmd({ view, signal: inner }).then(take("amd"))),
    within(INTEL_PROBE_LIMIT_MS + INTEL_DETAILS_LIMIT_MS, async (inner) => {
      const cards = await probeIntel({ view, signal: inner });
      take("intel")(cards);
      take("intel")(await probeIntelDetails({ view, signal: inner }, cards));
    }),
    within(SYSTEM_LIMIT_MS, (inner) => probeApple({ view, signal: inner }).then(take("apple"))),
    within(SYSTEM_LIMIT_MS, (inner) => probeWindows({ view, signal: inner }).then(take("windows"))),
    within(SERVERS_LIMIT_MS, (inner) =>
      probeServers({
        view,
        addresses: options.servers ?? [],
        leaveOut: [address, ...(options.leaveOut ?? [])],
        signal: inner,
      }).then(take("servers")),
    ),
    within(EDITOR_LIMIT_MS, () =>
      probeEditors({ view, named, running: running() }).then(take("editors")),
    ),
    within(POWER_LIMIT_MS, (inner) => probePower(view, inner).then(take("power"))),
    within(EDITOR_LIMIT_MS, (inner) =>
      probeDavinci({ view, running: running(), signal: inner }).then(take("davinci")),
    ),
    ...(found.static === undefined
      ? [within(STATIC_LIMIT_MS, (inner) => probeStatic(view, inner).then(take("static")))]
      : []),
    within(NVIDIA_LIMIT_MS * 2, async (inner) => {
      const nvidiaSmiPath = options.nvidiaSmiPath ?? null;
      const question = { view, nvidiaSmiPath, signal: inner };
      if (options.mayWake === false && (await areNvidiaCardsAsleep(view))) {
        take("nvidia")(sleepingNvidia());
        return;
      }
      const cards = await probeNvidia(question);
      take("nvidia")(cards);
      take("nvidia")(await probeNvidiaDetails(question, cards));
    }),
  ];
}
