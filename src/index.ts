/**
 * The library's public names, listed by hand. `createRuntime` keeps watching; the others are one-shot.
 *
 * @example
 * const runtime = await createRuntime();
 * if (runtime.shouldUseCpuForVision()) { … }
 * runtime.onDegraded(({ sentence }) => console.log(sentence));
 */
export type {
  Configuration,
  Footprints,
  FullConfiguration,
  Language,
  Thresholds,
} from "./domain/configuration.ts";
export { DEFAULT_CONFIGURATION } from "./domain/configuration.ts";
export { parseConfiguration } from "./domain/configuration-parse.ts";
export type { ErrorCode } from "./domain/error.ts";
export { ERROR_CODES, RuntimeProfileError } from "./domain/error.ts";
export type { Gpu, Host, OllamaModel } from "./domain/host.ts";
export type { Failure, TaskOutcome } from "./domain/input.ts";
export type { Attempt, Receipt, WorkRefusal } from "./domain/job.ts";
export type { Note } from "./domain/note.ts";
export type { Reason, ReasonCode } from "./domain/reason.ts";
export { REASON_CODES } from "./domain/reason.ts";
export type { Rung } from "./domain/rung.ts";
export { RUNGS } from "./domain/rung.ts";
export type { State } from "./domain/state.ts";
export type { Tier } from "./domain/tier.ts";
export { TIERS } from "./domain/tier.ts";
export type { DetectOptions, LoadedProfile, ProfileDocument } from "./library.ts";
export {
  detect,
  explainProfile,
  loadProfile,
  resolvePolicy,
  saveProfile,
  tierOf,
} from "./library.ts";
export { degradePolicy } from "./policy/degrade.ts";
export type { FitWish } from "./policy/fit.ts";
export type { EditingPolicy, PlanningPolicy, Policy, VisionPolicy } from "./policy/policy.ts";
export type { FitView } from "./replay/fit.ts";
export type { HistoryView } from "./replay/history.ts";
export type { MetricsView } from "./replay/metrics-view.ts";
export type { Finding, FindingCode, VerifyView } from "./replay/verify.ts";
export type {
  ExplainView,
  LogView,
  MonitorView,
  ProfileView,
  SnapshotView,
  StatusView,
} from "./replay/views.ts";
export type { WhatIfRequest } from "./replay/what-if-changes.ts";
export type { WhatIfView } from "./replay/what-if-view.ts";
export { createRuntime } from "./runtime.ts";
export type { HistoryRequest } from "./runtime-history.ts";
export type { EventPage, EventSearch } from "./runtime-pages.ts";
export type { Picture } from "./runtime-picture.ts";
export type {
  Planner,
  RoleOptions,
  VisionAnalyzer,
  WorkOptions,
  WorkResult,
} from "./runtime-roles.ts";
export {
  getPlanner,
  getVisionAnalyzer,
  sharedRuntime,
  stopSharedRuntime,
} from "./runtime-roles.ts";
export type { Change, Notice, Runtime, RuntimeOptions } from "./runtime-types.ts";
export type { Job, Work, WorkAnswer, WorkStream, WorkView } from "./runtime-work-types.ts";
