/**
 * What the stairwell offers to the roof and to library users: the runtime's public face.
 */
import type { FullConfiguration, Language } from "./domain/configuration.ts";
import type { TaskOutcome } from "./domain/input.ts";
import type { Reason } from "./domain/reason.ts";
import type { Rung } from "./domain/rung.ts";
import type { Entry } from "./log/entry.ts";
import type { LogQuery } from "./log/store.ts";
import type { FitWish } from "./policy/fit.ts";
import type { Policy } from "./policy/policy.ts";
import type { FitView } from "./replay/fit.ts";
import type { HistoryView } from "./replay/history.ts";
import type { MetricsView } from "./replay/metrics-view.ts";
import type { Progress, VerifyView } from "./replay/verify.ts";
import type {
  ExplainView,
  LogView,
  MonitorView,
  ProfileView,
  SnapshotView,
  StatusView,
} from "./replay/views.ts";
import type { WhatIfRequest } from "./replay/what-if-changes.ts";
import type { WhatIfView } from "./replay/what-if-view.ts";
import type { HistoryRequest } from "./runtime-history.ts";
import type { EventPage, EventSearch } from "./runtime-pages.ts";
import type { VerifyRequest } from "./runtime-past.ts";
import type { LostQuery } from "./runtime-questions.ts";
import type { SliceOptions } from "./runtime-slices.ts";
import type { Work } from "./runtime-work-types.ts";

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
  /** Number of its entry in the log; `null` when the log could not be written then. */
  readonly seq: number | null;
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly reason: Reason;
  /** The sentence for people, in the runtime's language. */
  readonly sentence: string;
  /** The policy after the change. */
  readonly policy: Policy;
}

/** What a notice may be about; closed. */
export const NOTICE_CODES = [
  "FILE_SET_ASIDE",
  "LOG_UNWRITABLE",
  "LOG_WRITABLE_AGAIN",
  "LOG_RESTORED",
  "LOG_END_MISSING",
  "CLOCK_BEHIND_LOG",
  "PROFILE_SAVED",
  "PROFILE_NOT_SAVED",
  "DETECTION_FAILED",
  "LISTENER_FAILED",
  "RETENTION_REFUSED",
  "RETENTION_FAILED",
  "CLOUD_CLOSED",
  "HOOK_FAILED",
  "HOOK_WORKS_AGAIN",
  "CLOUD_IN_USE",
] as const;

/** Something worth a line in the diagnostics: a damaged file set aside, a log that cannot be written. */
export interface Notice {
  readonly code: (typeof NOTICE_CODES)[number];
  readonly message: string;
}

/** A running runtime. All answers are made from the state at the moment of the call. */
export interface Runtime {
  readonly hostId: string;
  readonly dataFolder: string;
  readonly configuration: FullConfiguration;
  readonly language: Language;
  /** The newest 100, oldest first. */
  readonly notices: readonly Notice[];
  /** Resolves when the host is detected, at most 3 s after the start. */
  readonly detected: Promise<void>;
  /** Number of the newest entry on disk; `null` before the first. It grows with every change. */
  seq(): number | null;
  profile(language?: Language): ProfileView;
  policy(): Policy;
  monitor(): MonitorView;
  /** Plain numbers for a monitoring system: now, and counted since this runtime started. Cheap. */
  metrics(): MetricsView;
  explanation(language?: Language): string;
  snapshot(language?: Language): SnapshotView;
  /**
   * The snapshot as it was answered at a moment of the past: a `seq`, an ISO 8601 time, or a duration
   * before the end of the log such as `-10m`. Throws RP_REQUEST, and RP_NOT_FOUND outside the log.
   */
  snapshotAt(moment: string, language?: Language): Promise<SnapshotView>;
  /**
   * Curves, task counts and bands of a stretch of time, beside the running runtime. Throws RP_REQUEST
   * for times that are none.
   */
  history(request?: HistoryRequest, slices?: SliceOptions<Progress>): Promise<HistoryView>;
  /** Walks the chain of the log and folds it again, beside the running runtime. */
  verify(request?: VerifyRequest): Promise<VerifyView>;
  /**
   * What would have been under other settings or on another host, beside what happened. Throws
   * RP_CONFIGURATION and RP_INPUT for impossible changes.
   */
  whatIf(request: WhatIfRequest, slices?: SliceOptions<Progress>): Promise<WhatIfView>;
  /**
   * Whether a model fits this host, where, and what else would: weights, cache and buffers against what
   * is free now and was at the recent peak. Asks the model server for the model's figures. Throws
   * RP_REQUEST, RP_NOT_FOUND for a model that nobody knows, RP_BUSY while the host is detected.
   */
  fit(wish: FitWish, language?: Language): Promise<FitView>;
  status(language?: Language): StatusView;
  explain(language?: Language): ExplainView;
  /** Entries of the log, at most 1000; `next` is the `after` of the next page, or null at the end. */
  events(query: LogQuery): { readonly events: readonly Entry[]; readonly next: number | null };
  /**
   * As `events`, also by time, and transitions by reason code, tier and rung. A page of these may have
   * fewer entries than `limit` and a `next` all the same. Throws RP_REQUEST.
   */
  search(search: EventSearch): Promise<EventPage>;
  event(seq: number): Entry | null;
  /** What the log holds, and where it begins after what was removed. */
  log(): LogView;
  /**
   * True when something that this query asks for between `after` and `before` is no longer in the log: it
   * was pruned, or a damage took it.
   */
  isPruned(query: LostQuery): boolean;
  /**
   * Tells every entry that comes to disk from now on, in order: inputs, outputs, checkpoints and gaps.
   * Answers the function that ends it. A listener that fails is noticed, and told again.
   */
  subscribe(listener: (entries: readonly Entry[]) => void): () => void;
  /** Tells each step down, also while the log cannot be written. */
  onDegraded(listener: (change: Change) => void): () => void;
  /** Tells each step up, also while the log cannot be written. */
  onRecovered(listener: (change: Change) => void): () => void;
  shouldUseCpuForVision(): boolean;
  /** Reports how a task ended. */
  recordTask(outcome: TaskOutcome): SnapshotView;
  /** Steps down and holds; throws RP_RUNG_NOT_AVAILABLE for a rung this tier lacks or a better one. */
  degrade(request?: { readonly rung?: Rung | null; readonly reason?: string | null }): SnapshotView;
  /** Clears the hold; the way up is then earned as always. */
  restore(request?: { readonly reason?: string | null }): SnapshotView;
  /** Gives jobs to models, where the policy says. */
  readonly work: Work;
  /** Detects the host again; calls while a detection is under way share it. */
  reload(): Promise<ProfileView>;
  /** Stops sensors, writes `runtime.stopped` and closes the log; a second call does nothing. */
  stop(reason?: string): Promise<void>;
}
