/**
 * What the stairwell offers to the roof and to library users: the runtime's public face.
 */
import type { FullConfiguration, Language } from "./domain/configuration.ts";
import type { TaskOutcome } from "./domain/input.ts";
import type { Reason } from "./domain/reason.ts";
import type { Rung } from "./domain/rung.ts";
import type { Entry } from "./log/entry.ts";
import type { LogQuery } from "./log/store.ts";
import type { Policy } from "./policy/policy.ts";
import type {
  ExplainView,
  MonitorView,
  ProfileView,
  SnapshotView,
  StatusView,
} from "./replay/views.ts";

export interface RuntimeOptions {
  /** Data folder; default: the per-user application folder. */
  readonly dataFolder?: string;
  /** A complete, validated configuration; default: the defaults with environment variables. */
  readonly configuration?: FullConfiguration;
  readonly language?: Language;
  /** Environment to detect with; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Root under which `/proc`, `/sys` and programs are looked for; for tests. */
  readonly root?: string;
  /** False: `createRuntime` resolves at once and `detected` tells when the host is known. */
  readonly waitForDetection?: boolean;
}

/** A degradation or a recovery, as the callbacks get it. */
export interface Change {
  readonly seq: number;
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly reason: Reason;
  /** The sentence for people, in the runtime's language. */
  readonly sentence: string;
  /** The policy after the change. */
  readonly policy: Policy;
}

/** Something worth a line in the diagnostics: a damaged file set aside, a log that cannot be written. */
export interface Notice {
  readonly code:
    | "FILE_SET_ASIDE"
    | "LOG_UNWRITABLE"
    | "LOG_WRITABLE_AGAIN"
    | "PROFILE_SAVED"
    | "PROFILE_NOT_SAVED";
  readonly message: string;
}

/** A running runtime. All answers are made from the state at the moment of the call. */
export interface Runtime {
  readonly hostId: string;
  readonly dataFolder: string;
  readonly configuration: FullConfiguration;
  readonly language: Language;
  readonly notices: readonly Notice[];
  /** Resolves when the host is detected, at most 3 s after the start. */
  readonly detected: Promise<void>;
  /** Number of the newest entry on disk; `null` before the first. It grows with every change. */
  seq(): number | null;
  profile(language?: Language): ProfileView;
  policy(): Policy;
  monitor(): MonitorView;
  explanation(language?: Language): string;
  snapshot(language?: Language): SnapshotView;
  status(language?: Language): StatusView;
  explain(language?: Language): ExplainView;
  /** Entries of the log, at most 1000; `next` is the `after` of the next page, or null at the end. */
  events(query: LogQuery): { readonly events: readonly Entry[]; readonly next: number | null };
  event(seq: number): Entry | null;
  /** Every entry as it is on disk; answers the function that ends the subscription. */
  subscribe(listener: (entries: readonly Entry[]) => void): () => void;
  onDegraded(listener: (change: Change) => void): () => void;
  onRecovered(listener: (change: Change) => void): () => void;
  shouldUseCpuForVision(): boolean;
  /** Reports how a task ended. */
  recordTask(outcome: TaskOutcome): SnapshotView;
  /** Steps down and holds; throws RP_RUNG_NOT_AVAILABLE for a rung this tier lacks or a better one. */
  degrade(request?: { readonly rung?: Rung | null; readonly reason?: string | null }): SnapshotView;
  /** Clears the hold; the way up is then earned as always. */
  restore(request?: { readonly reason?: string | null }): SnapshotView;
  /** Detects the host again. */
  reload(): Promise<ProfileView>;
  /** Stops sensors, writes `runtime.stopped` and closes the log; a second call does nothing. */
  stop(reason?: string): Promise<void>;
}
