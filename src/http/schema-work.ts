/** Components of the work that is under way. */
import { Type } from "typebox";
import { WORK_ROLES } from "../domain/job.ts";
import { RUNGS } from "../domain/rung.ts";
import type { WorkView } from "../runtime-work-types.ts";
import { nullableInteger, nullableReference, oneOf, reference } from "./schema-parts.ts";

const EXAMPLE: WorkView = {
  running: [
    {
      id: 41,
      role: "vision",
      target: { rung: "nominal", provider: "local", model: "qwen3.5:9b", device: "gpu" },
      since: 1_764_201_600_000,
    },
  ],
  waiting: [{ id: 42, role: "vision", target: null, since: 1_764_201_601_500 }],
  queue: { length: 1, limit: 64, longest_wait_ms: 1500 },
  reserved: { vram_mib: 8116, memory_mib: 0 },
  counts: { done: 39, failed: 0, refused: 1, aborted: 0, moved: 2 },
  cloud_closed_until: null,
};

const place = Type.Object(
  {
    rung: oneOf(RUNGS),
    provider: oneOf(["local", "cloud"]),
    model: Type.String(),
    device: oneOf(["gpu", "cpu", "cloud"]),
  },
  { $id: "JobPlace", description: "Where a job runs.", examples: [EXAMPLE.running[0]?.target] },
);

const job = Type.Object(
  {
    id: Type.Integer({ description: "Counted from the start of the runtime." }),
    role: oneOf(WORK_ROLES),
    target: nullableReference("JobPlace"),
    since: Type.Integer({ description: "When it began to run, or to wait; ms since 1970." }),
  },
  { $id: "Job", description: "A job that runs or waits.", examples: [EXAMPLE.running[0]] },
);

const work = Type.Object(
  {
    running: Type.Array(reference("Job")),
    waiting: Type.Array(reference("Job")),
    queue: Type.Object({
      length: Type.Integer(),
      limit: Type.Integer({ description: "Most jobs that may wait." }),
      longest_wait_ms: Type.Integer({ description: "Of the job that has waited longest." }),
    }),
    reserved: Type.Object(
      { vram_mib: Type.Integer(), memory_mib: Type.Integer() },
      { description: "Promised to models with work under way; a model counts once." },
    ),
    counts: Type.Object(
      {
        done: Type.Integer(),
        failed: Type.Integer(),
        refused: Type.Integer(),
        aborted: Type.Integer({ description: "Their callers went away." }),
        moved: Type.Integer({ description: "Attempts that went on to another place." }),
      },
      { description: "Since the start of the runtime." },
    ),
    cloud_closed_until: nullableInteger({
      description: "While a quota or a refused key keeps the cloud closed; ms since 1970.",
    }),
  },
  { $id: "Work", description: "The work that is under way.", examples: [EXAMPLE] },
);

/** In the order of the document. */
export const WORK_SCHEMAS = [place, job, work];
