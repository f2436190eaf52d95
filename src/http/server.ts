/** The HTTP service of one runtime: checked options in, a server that listens and closes out. */
import type { Server as HttpServer } from "node:http";
import type { Language } from "../domain/configuration.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import type { Runtime } from "../runtime-types.ts";
import { buildApp, type Plugin } from "./build-app.ts";
import { createPresent } from "./freshness.ts";
import { type Address, addressOf, closeAll, listenOn } from "./listening.ts";
import { createLive } from "./live.ts";
import { acceptedHosts, addressesOf, isLoopback } from "./loopback.ts";
import { privateFacts, redactionOf } from "./redaction.ts";
import { presentRoutesOf } from "./routes-state.ts";
import { shortWay } from "./short-way.ts";
import { TOKEN_MIN } from "./token-guard.ts";

/** How the service is reached. */
export interface ServerOptions {
  /** Default `127.0.0.1`, which means loopback in both families. */
  readonly host?: string;
  /** Default 8000; 0 takes any free port. */
  readonly port?: number;
  /** Needed beyond loopback; at least 16 characters. */
  readonly token?: string | null;
  /** Further names accepted in the Host header. */
  readonly allowedHosts?: readonly string[];
  /** Used when a request names no language; default: the runtime's. */
  readonly language?: Language;
  /** Ask for the token on loopback too; beyond loopback it is always asked for. */
  readonly requireToken?: boolean;
  /** Most clients of live events at once; default 1024. */
  readonly liveClientsMax?: number;
  /** What neighbours add: same port, same guards. */
  readonly plugins?: readonly Plugin[];
}

/** A service that is ready to listen. */
export interface Server {
  /** Binds all addresses. Throws RP_PORT. */
  listen(): Promise<readonly Address[]>;
  /** Answers what is under way and ends; a second call does nothing. The runtime goes on. */
  close(): Promise<void>;
}

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 8000;

/** Builds the service. Throws RP_TOKEN_REQUIRED when others could reach it without a token. */
export async function createServer(runtime: Runtime, options: ServerOptions = {}): Promise<Server> {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, allowedHosts = [] } = options;
  const token = requiredToken(host, options);
  let servers: readonly HttpServer[] = [];
  let accepted: ReadonlySet<string> = new Set();
  const redact = redactionOf(privateFacts());
  const live = createLive({ runtime, redact, clientsMax: options.liveClientsMax });
  const language = options.language ?? runtime.language;
  const present = createPresent({ runtime, language, redact });
  const hosts = () => accepted;
  const context = { runtime, language, redact, live, present, hosts, token };
  const app = await buildApp(context, options.plugins);
  const takeShortWay = shortWay(context, Object.values(presentRoutesOf(runtime)));
  return {
    listen: async () => {
      servers = await listenOn(addressesOf(host), port, (request, response) => {
        if (!takeShortWay(request, response)) app.routing(request, response);
      });
      const addresses = servers.map(addressOf);
      const bound = addresses[0]?.port ?? port;
      accepted = acceptedHosts({ host, port: bound, allowed: allowedHosts });
      return addresses;
    },
    close: async () => {
      const closing = servers;
      servers = [];
      live.close();
      await closeAll(closing);
      await app.close();
    },
  };
}

/** The token that requests must show, or `null` where none is asked for. */
function requiredToken(
  host: string,
  { token = null, requireToken = false }: ServerOptions,
): string | null {
  if (isLoopback(host) && !requireToken) return null;
  if (token !== null && token.length >= TOKEN_MIN) return token;
  const got = token === null ? "none" : `one of ${token.length}`;
  throw new RuntimeProfileError(
    "RP_TOKEN_REQUIRED",
    `Beyond loopback (${host}) a token of at least ${TOKEN_MIN} characters is required, got ${got}; ` +
      "set RUNTIME_PROFILE_TOKEN or server.token, or listen on 127.0.0.1.",
    { path: "server.token" },
  );
}
