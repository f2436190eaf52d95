/** The present: what this host is, how work should run, what was measured, and why. */

import type { Policy } from "../policy/policy.ts";
import type {
  ExplainView,
  MonitorView,
  ProfileView,
  SnapshotView,
  StatusView,
} from "../replay/views.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { answerWhenChanged } from "./freshness.ts";
import { languageOf } from "./language.ts";
import { answers } from "./schema-answer.ts";
import { LanguageQuery, SnapshotQuery } from "./schema-request.ts";

const TAGS = ["state"];
const STATE = { tags: TAGS, querystring: LanguageQuery };

/** The routes under `/api/runtime` that read the present. */
export function addStateRoutes(app: App, context: Context): void {
  const { runtime } = context;
  const preHandler = answerWhenChanged(context);
  app.get("/api/runtime/status", { preHandler, schema: { ...STATE, ...TEXTS.status } }, (request) =>
    runtime.status(languageOf(request, context.language)),
  );
  app.get(
    "/api/runtime/profile",
    { preHandler, schema: { ...STATE, ...TEXTS.profile } },
    (request) => runtime.profile(languageOf(request, context.language)),
  );
  app.get("/api/runtime/policy", { preHandler, schema: { ...STATE, ...TEXTS.policy } }, () =>
    runtime.policy(),
  );
  app.get("/api/runtime/monitor", { preHandler, schema: { ...STATE, ...TEXTS.monitor } }, () =>
    runtime.monitor(),
  );
  app.get(
    "/api/runtime/snapshot",
    {
      preHandler,
      schema: { tags: TAGS, querystring: SnapshotQuery, ...TEXTS.snapshot },
    },
    (request) => {
      const language = languageOf(request, context.language);
      const { at } = request.query;
      return at === undefined
        ? runtime.snapshot(language)
        : runtime.snapshotAt(String(at), language);
    },
  );
  app.get(
    "/api/runtime/explain",
    { preHandler, schema: { ...STATE, ...TEXTS.explain } },
    (request) => runtime.explain(languageOf(request, context.language)),
  );
}

const TEXTS = {
  status: {
    summary: "Profile, policy, monitor and recommendations",
    description: "The one to use: everything a program or a person needs about the present.",
    response: answers<StatusView>("Status", "The status now."),
  },
  profile: {
    summary: "What this host is",
    description: "Tier, whether it is degraded, the facts of the host, and the explanation.",
    response: answers<ProfileView>("Profile", "The profile now; its tier is null while detecting."),
  },
  policy: {
    summary: "How work should run",
    description: "For vision, planning and editing: provider, model, device, and what is missing.",
    response: answers<Policy>("Policy", "The execution policy now."),
  },
  monitor: {
    summary: "What was measured",
    description:
      "The last readings with the time of each, and the pressures that follow from them.",
    response: answers<MonitorView>("Monitor", "The last readings."),
  },
  snapshot: {
    summary: "The statechart's state",
    description:
      "The state of all regions and everything derived from it: now, or with `at` as it was then.",
    response: answers<SnapshotView>("Snapshot", "The snapshot."),
  },
  explain: {
    summary: "Why it runs as it does",
    description: "Sentences for people, and the chain of transitions that led here.",
    response: answers<ExplainView>("Explanation", "The explanation now."),
  },
};
