/** Requests that change how work runs: step down, clear the hold, detect again. */
import type { ProfileView, SnapshotView } from "../replay/views.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { languageOf } from "./language.ts";
import { actingReadRefusal } from "./origin-guard.ts";
import { answers } from "./schema-answer.ts";
import { DegradeBody, EmptyBody, LanguageQuery, RestoreBody } from "./schema-request.ts";

const CONTROL = { tags: ["control"], querystring: LanguageQuery };
const RELOAD = "/api/runtime/profile/reload";

/** The routes under `/api/runtime` that act. */
export function addControlRoutes(app: App, context: Context): void {
  const { runtime, language } = context;
  app.post(
    "/api/runtime/policy/degrade",
    { schema: { ...CONTROL, body: DegradeBody, ...TEXTS.degrade } },
    (request) => {
      runtime.degrade(request.body);
      return runtime.snapshot(languageOf(request, language));
    },
  );
  app.post(
    "/api/runtime/policy/restore",
    { schema: { ...CONTROL, body: RestoreBody, ...TEXTS.restore } },
    (request) => {
      runtime.restore(request.body);
      return runtime.snapshot(languageOf(request, language));
    },
  );
  app.post(
    RELOAD,
    { schema: { ...CONTROL, body: EmptyBody, ...TEXTS.reload } },
    async (request) => {
      await runtime.reload();
      return runtime.profile(languageOf(request, language));
    },
  );
  app.get(
    RELOAD,
    {
      onRequest: (request, _reply, done) => done(actingReadRefusal(request) ?? undefined),
      schema: { ...CONTROL, ...TEXTS.reloadByGet },
    },
    async (request) => {
      await runtime.reload();
      return runtime.profile(languageOf(request, language));
    },
  );
}

const TEXTS = {
  degrade: {
    summary: "Step down and hold",
    description:
      "Steps down to a rung, or to the next one, and stays there until it is restored. " +
      "A rung that this tier lacks, or a better one than the present, is answered with 409.",
    response: answers<SnapshotView>("Snapshot", "The snapshot after the step."),
  },
  restore: {
    summary: "Clear the manual hold",
    description: "Clears the hold; the way up is then earned step by step, as always.",
    response: answers<SnapshotView>("Snapshot", "The snapshot after the hold was cleared."),
  },
  reload: {
    summary: "Detect the host again",
    description: "Asks the system again what this host has, and decides the tier anew.",
    response: answers<ProfileView>("Profile", "The profile after the detection."),
  },
  reloadByGet: {
    summary: "Detect the host again, by GET",
    description:
      "As POST, for programs that know this address only; refused with an Origin header " +
      "and from other sites. HEAD detects too.",
    response: answers<ProfileView>("Profile", "The profile after the detection."),
  },
};
