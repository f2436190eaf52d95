/** Components and body of `verify`. */
import { Type } from "typebox";
import { FINDINGS, type VerifyView } from "../replay/verify.ts";
import { nullableInteger, nullableReference, oneOf } from "./schema-parts.ts";

/** An answer, so that the page shows what it looks like. */
const EXAMPLE: VerifyView = {
  ok: false,
  findings: [
    { code: "OUTPUT_DIFFERS", seq: 4711, expected: "to: a.nominal", got: "to: a.degraded.cpu" },
  ],
  truncated: false,
  first_seq: 1,
  last_seq: 90_210,
  entries: 812,
  readings: 89_398,
  unsealed_readings: 12,
  pruned_readings: 0,
  outputs_compared: 310,
  checkpoints_compared: 149,
  head: { seq: 90_198, hash: "9f2c41d0e7".padEnd(64, "0") },
  machine_hash: "5b1e07aa63".padEnd(64, "0"),
};

const HASH = Type.String({ minLength: 64, maxLength: 64, pattern: "^[0-9a-f]{64}$" });

const link = Type.Object(
  { seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), hash: HASH },
  {
    $id: "ChainLink",
    description: "An entry's number and hash.",
    additionalProperties: false,
    examples: [EXAMPLE.head],
  },
);

const value = Type.Unsafe<string | number | null>({ type: ["string", "number", "null"] });

const verify = Type.Object(
  {
    ok: Type.Boolean({ description: "True only when there is no finding." }),
    findings: Type.Array(
      Type.Object({
        code: oneOf(FINDINGS),
        seq: Type.Integer({ description: "Where; of an altered block its first reading." }),
        expected: value,
        got: value,
      }),
      { description: "At most 100, in the order of the log." },
    ),
    truncated: Type.Boolean({ description: "There are more than 100." }),
    first_seq: nullableInteger(),
    last_seq: nullableInteger(),
    entries: Type.Integer(),
    readings: Type.Integer(),
    unsealed_readings: Type.Integer({ description: "After the last entry: in no hash yet." }),
    pruned_readings: Type.Integer({ description: "Removed by retention; not recomputed." }),
    outputs_compared: Type.Integer(),
    checkpoints_compared: Type.Integer(),
    head: nullableReference("ChainLink"),
    machine_hash: HASH,
  },
  { $id: "Verification", description: "What verify found.", examples: [EXAMPLE] },
);

/** The components of this file. */
export const VERIFY_SCHEMAS = [link, verify] as const;

/** Body of `verify`; may be empty. */
export const VerifyBody = Type.Object(
  { anchor: Type.Optional(Type.Unsafe<{ seq: number; hash: string }>(Type.Ref("ChainLink#"))) },
  { additionalProperties: false, examples: [{ anchor: EXAMPLE.head }] },
);
