/** What validation found, in sentences that name the value and what would be right. */
import type { FastifySchemaValidationError } from "fastify";
import type { Complaint, Refusal } from "./problem.ts";

/** Most complaints of one problem. */
const COMPLAINTS_MAX = 20;

/** Longest value that a complaint repeats, in characters. */
const VALUE_MAX = 80;

type Place = Complaint["in"];

const PLACES: Readonly<Record<string, Place>> = {
  body: "body",
  querystring: "query",
  params: "path",
};

/** The refusal for a request that does not fit its schema. */
export function validationRefusal(
  found: readonly FastifySchemaValidationError[],
  part: string | undefined,
): Refusal {
  const place = PLACES[part ?? ""] ?? "body";
  const errors = found.slice(0, COMPLAINTS_MAX).map((error) => complaintOf(error, place));
  const detail = `${errors.map((error) => error.detail).join("; ")}.`;
  return { status: 400, code: "RP_REQUEST", detail, errors };
}

function complaintOf(error: FastifySchemaValidationError, place: Place): Complaint {
  const child = error.params["additionalProperty"] ?? error.params["missingProperty"];
  const suffix =
    child === undefined ? "" : `/${String(child).replace(/~/g, "~0").replace(/\//g, "~1")}`;
  const pointer = `${error.instancePath}${suffix}`;
  const name = pointer === "" ? `the ${place}` : `"${pointer.slice(1)}" in the ${place}`;
  return { pointer: `#${pointer}`, in: place, detail: sentenceOf(error, name) };
}

function sentenceOf(error: FastifySchemaValidationError, name: string): string {
  const got = `got ${shown(givenValue(error))}`;
  switch (error.keyword) {
    case "additionalProperties":
      return `${name} is not known here; leave it out${knownKeys(error)}`;
    case "required":
      return `${name} is missing; give it`;
    case "enum":
      return `${name} must be one of ${listed(error.params["allowedValues"])}, ${got}`;
    case "type":
      return `${name} must be ${listed(error.params["type"])}, ${got}`;
    default:
      return `${name} ${error.message ?? "is not valid"}, ${got}`;
  }
}

/** Validation runs with `verbose`, which adds the value and the schema around it. */
function givenValue(error: FastifySchemaValidationError): unknown {
  return (error as { readonly data?: unknown }).data;
}

function knownKeys(error: FastifySchemaValidationError): string {
  const { parentSchema } = error as { readonly parentSchema?: { readonly properties?: object } };
  const keys = Object.keys(parentSchema?.properties ?? {});
  return keys.length === 0 ? "" : ` (known: ${keys.join(", ")})`;
}

function listed(values: unknown): string {
  return [values].flat().map(String).join(", ");
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text;
}
