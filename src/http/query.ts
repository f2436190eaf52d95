/** Path and query come as text; numbers and lists are made of it before they are validated. */
import type { FastifyReply, FastifyRequest } from "fastify";

/** Digits that a number without loss can have. */
const WHOLE_NUMBER = /^-?\d{1,16}$/;

/** Parameters that may be repeated or joined by commas. */
const LISTS = ["type", "code", "tier", "rung"];

/** Replaces the parameters of a request by typed ones. */
export function typedParameters(request: FastifyRequest, _reply: FastifyReply, done: () => void) {
  request.query = typed(request.query);
  request.params = typed(request.params);
  done();
}

function typed(parameters: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters ?? {}).map(([name, value]) => [name, typedValue(name, value)]),
  );
}

function typedValue(name: string, value: unknown): unknown {
  if (LISTS.includes(name)) return [value].flat().flatMap((each) => String(each).split(","));
  return typeof value === "string" && WHOLE_NUMBER.test(value) ? Number(value) : value;
}
