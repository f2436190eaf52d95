/**
 * Asks the runtime that serves on the configured address, if one does.
 *
 * Nobody there, or another program there, is an ordinary answer (`null`): the commands then look for
 * themselves. Only a runtime that refuses us, or fails, is an error.
 */
import { request } from "node:http";
import type { ServiceConfiguration } from "../domain/configuration.ts";
import { ERROR_CODES, type ErrorCode, RuntimeProfileError } from "../domain/error.ts";
import { liveHolderOf } from "../log/folder-lock.ts";
import type { Context } from "./context.ts";
import type { Silence } from "./words.ts";

/** Time for a whole answer, in ms. */
const LIVE_TIMEOUT_MS = 3000;

/** A page of 1000 entries has less than this. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const REFUSED = 400;
const SERVER_TROUBLE = 500;
const OK = 200;

/** Any JSON object that a runtime answers. */
type LiveAnswer = Readonly<Record<string, unknown>>;

/** The address to connect to: a runtime that listens everywhere is asked on loopback. */
export function liveAddressOf(server: ServiceConfiguration["server"]): string {
  const [place, { port }] = [placeOf(server.host), server];
  return `http://${place.includes(":") ? `[${place}]` : place}:${port}`;
}

function placeOf(host: string): string {
  return host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
}

/**
 * The answer to a GET of `path`, or `null` when no runtime answers there; an answer without `key` is
 * another program's. Throws RP_UNAUTHORIZED, RP_INTERNAL, or the code of the runtime's refusal.
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
  const answer = await get(server, path);
  if (answer === null) return null;
  const json = objectOf(answer.body);
  const code = ERROR_CODES.find((one) => one === json?.["code"]);
  if (answer.status >= REFUSED && code !== undefined) {
    const detail = String(json?.["detail"] ?? json?.["title"] ?? answer.status);
    throw refusalOf({ status: answer.status, code, detail }, address);
  }
  return answer.status === OK && json !== null && key in json ? (json as T) : null;
}

/** Who did not answer, and who runs on the data folder all the same. */
export function silenceOf({ configuration, dataFolder }: Context): Silence {
  const { server } = configuration;
  return {
    address: server.port === 0 ? null : liveAddressOf(server),
    holder: liveHolderOf(dataFolder),
  };
}

interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

/** Host and port are handed over as they are: not every address can be written as a URL (`fe80::1%eth0`). */
function get(
  { host, port, token }: ServiceConfiguration["server"],
  path: string,
): Promise<RawAnswer | null> {
  const signal = AbortSignal.timeout(LIVE_TIMEOUT_MS);
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const headers = { accept: "application/json", connection: "close", ...authorization };
  return new Promise((resolve) => {
    const asking = request({ host: placeOf(host), port, path, agent: false, headers, signal });
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

interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
}

function refusalOf({ status, code, detail }: Refusal, address: string): RuntimeProfileError {
  if (code === "RP_UNAUTHORIZED") {
    return new RuntimeProfileError(
      code,
      `The runtime at ${address} expects its token; set server.token in the configuration or RUNTIME_PROFILE_TOKEN.`,
    );
  }
  if (status < SERVER_TROUBLE) {
    return new RuntimeProfileError(code, `The runtime at ${address} refused to answer: ${detail}`);
  }
  return new RuntimeProfileError("RP_INTERNAL", `The runtime at ${address} failed: ${detail}`);
}
