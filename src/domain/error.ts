/**
 * The one error class of the house, with stable codes. A message is one sentence: what was expected,
 * what came, what to do. HTTP statuses are chosen in `http` alone.
 */
export const ERROR_CODES = [
  "RP_CONFIGURATION",
  "RP_USAGE",
  "RP_INPUT",
  "RP_DATA_FOLDER",
  "RP_SECOND_INSTANCE",
  "RP_PORT",
  "RP_TOKEN_REQUIRED",
  "RP_LOG_DAMAGED",
  "RP_LOG_WRITE",
  "RP_RUNG_NOT_AVAILABLE",
  "RP_HOST_REFUSED",
  "RP_ORIGIN_REFUSED",
  "RP_UNAUTHORIZED",
  "RP_NOT_FOUND",
  "RP_REQUEST",
  "RP_BUSY",
  "RP_WORK_REFUSED",
  "RP_STOPPED",
  "RP_INTERNAL",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error a person can act on. `path` names the setting, field or file it is about. */
export class RuntimeProfileError extends Error {
  readonly code: ErrorCode;
  readonly path: string | null;

  constructor(code: ErrorCode, message: string, details: { path?: string; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "RuntimeProfileError";
    this.code = code;
    this.path = details.path ?? null;
  }
}

/** The JSON form of an error, as `--json` prints it and `simulate` answers it. */
export function errorAsJson(error: unknown): {
  code: ErrorCode;
  path: string | null;
  message: string;
} {
  if (error instanceof RuntimeProfileError) {
    return { code: error.code, path: error.path, message: error.message };
  }
  return {
    code: "RP_INTERNAL",
    path: null,
    message: error instanceof Error ? error.message : String(error),
  };
}
