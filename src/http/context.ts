/** What the routes and guards are given. */
import type { Language } from "../domain/configuration.ts";
import type { Runtime } from "../runtime-types.ts";
import type { Present } from "./freshness.ts";
import type { Live } from "./live.ts";
import type { Redact } from "./redaction.ts";

/** One service: its runtime and what was decided when it was made. */
export interface Context {
  readonly runtime: Runtime;
  /** Used when a request names no language. */
  readonly language: Language;
  readonly redact: Redact;
  readonly live: Live;
  readonly present: Present;
  /** The accepted Host headers; known once the port is. */
  readonly hosts: () => ReadonlySet<string>;
  /** `null`: no token is asked for. */
  readonly token: string | null;
}
