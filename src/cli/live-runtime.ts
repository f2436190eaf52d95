/**
 * Asks the runtime that serves on the configured address, if one does.
 *
 * Nobody there, or another program there, is an ordinary answer (`null`): the commands then look for
 * themselves. Only a runtime that refuses us, or fails, is an error.
 */
import { request } from "node:http";
import type { ServiceConfiguration } from "../domain/configuration.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import type { Context } from "./context.ts";

/** Time for a whole answer, in ms. */
const LIVE_TIMEOUT_MS = 3000;

/** A page of 1000 entries has less than this. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const UNAUTHORIZED = 401;
const SERVER_TROUBLE = 500;
const OK = 200;

/** Any JSON object that a runtime answers. */
type LiveAnswer = Readonly<Record<string, unknown>>;

/** The address to connect to: a runtime that listens everywhere is asked on loopback. */
export function liveAddressOf({ host, port }: ServiceConfiguration["server"]): string {
  const place = host === "0.0.0.0" || host === "" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${place.includes(":") ? `[${place}]` : place}:${port}`;
}

/**
 * The answer to a GET of `path`, or `null` when no runtime answers there; an answer without `key` is
 * another program's. Throws RP_UNAUTHORIZED, RP_INTERNAL.
 */
export async function askRuntime<T>(
  context: Pick<Context, "configuration">,
  path: string,
  key: keyof T & string,
): Promise<T | null> {
  const { server } = context.configuration;
  // Port 0 means any free port, so there is no address to ask.
  if (server.port === 0) return null;
  const address = liveAddressOf(server);
  const answer = await get(`${address}${path}`, server.token);
  if (answer === null) return null;
  if (answer.status === UNAUTHORIZED) throw unauthorized(address);
  const json = objectOf(answer.body);
  if (answer.status >= SERVER_TROUBLE && typeof json?.["code"] === "string") {
    const detail = String(json["detail"] ?? json["title"] ?? answer.status);
    throw new RuntimeProfileError("RP_INTERNAL", `The runtime at ${address} failed: ${detail}`);
  }
  return answer.status === OK && json !== null && key in json ? (json as T) : null;
}

interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

function get(url: string, token: string | null): Promise<RawAnswer | null> {
  const signal = AbortSignal.timeout(LIVE_TIMEOUT_MS);
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const headers = { accept: "application/json", connection: "close", ...authorization };
  return new Promise((resolve) => {
    const asking = request(url, { agent: false, headers, signal });
    asking.on("error", () => resolve(null));
    asking.on("response", (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > ANSWER_BYTES_MAX) asking.destroy();
      });
      response.on("error", () => resolve(null));
      response.on("close", () => resolve(null));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
      });
    });
    asking.end();
  });
}

function objectOf(body: string): LiveAnswer | null {
  try {
    const json: unknown = JSON.parse(body);
    const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
    return isObject ? (json as LiveAnswer) : null;
  } catch {
    return null;
  }
}

function unauthorized(address: string): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_UNAUTHORIZED",
    `The runtime at ${address} expects its token; set server.token in the configuration or RUNTIME_PROFILE_TOKEN.`,
  );
}
