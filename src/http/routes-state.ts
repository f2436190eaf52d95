/** The present: what this host is, how work should run, what was measured, and why. */

import type { Policy } from "../policy/policy.ts";
import type {
  ExplainView,
  MonitorView,
  ProfileView,
  SnapshotView,
  StatusView,
} from "../replay/views.ts";
import type { Runtime } from "../runtime-types.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { type PresentRoute, sendByDigest } from "./freshness.ts";
import { languageOf } from "./language.ts";
import { answers } from "./schema-answer.ts";
import { LanguageQuery, SnapshotQuery } from "./schema-request.ts";

const TAGS = ["state"];
const STATE = { tags: TAGS, querystring: LanguageQuery };

const PRESENT_NAMES = ["status", "profile", "policy", "monitor", "snapshot", "explain"] as const;
type PresentName = (typeof PRESENT_NAMES)[number];

/** The routes about the present, the one that also knows the past aside. */
export function presentRoutesOf(runtime: Runtime): Readonly<Record<PresentName, PresentRoute>> {
  const route = (name: PresentName, make: PresentRoute["make"], isSpoken = true) => ({
    path: `/api/runtime/${name}`,
    isSpoken,
    make,
  });
  return {
    status: route("status", (language) => runtime.status(language)),
    profile: route("profile", (language) => runtime.profile(language)),
    policy: route("policy", () => runtime.policy(), false),
    monitor: route("monitor", () => runtime.monitor(), false),
    snapshot: route("snapshot", (language) => runtime.snapshot(language)),
    explain: route("explain", (language) => runtime.explain(language)),
  };
}

/** The routes under `/api/runtime` that read the present. */
export function addStateRoutes(app: App, context: Context): void {
  const { present, runtime } = context;
  const routes = presentRoutesOf(runtime);
  for (const name of PRESENT_NAMES.filter((one) => one !== "snapshot")) {
    const route = routes[name];
    app.get(
      route.path,
      { schema: { ...STATE, ...TEXTS[name] } },
      // The bytes are JSON already; Fastify takes them as they are.
      (request, reply) => present.send(route, request, reply) as never,
    );
  }
  app.get(
    routes.snapshot.path,
    { schema: { tags: TAGS, querystring: SnapshotQuery, ...TEXTS.snapshot } },
    async (request, reply) => {
      const { at } = request.query;
      if (at === undefined) return present.send(routes.snapshot, request, reply) as never;
      const view = await runtime.snapshotAt(String(at), languageOf(request, context.language));
      return sendByDigest(request, reply, context.redact(view)) as never;
    },
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
