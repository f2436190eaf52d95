/**
 * `serve`, the default: detects, plans, watches, answers over HTTP, and says what it does.
 *
 * The banner comes piece by piece, each when it is true; it listens before it detects, so that a port
 * in use is said at once. Afterwards every step down and up is printed as it happens. A request to
 * stop ends it in order; a second one ends it at once.
 */
import { isAbsolute, relative } from "node:path";
import { hostOfProfileDocument } from "../domain/profile-document.ts";
import { addGateway } from "../gateway/gateway.ts";
import type { Plugin } from "../http/build-app.ts";
import { createServer, type Server } from "../http/server.ts";
import { detectedLines, openingLines, plannedLines, startedLines } from "../policy/banner.ts";
import { createRuntime } from "../runtime.ts";
import type { Runtime } from "../runtime-types.ts";
import type { Context } from "./context.ts";
import { plannedSituation } from "./detected.ts";
import { tellNews } from "./news.ts";
import { listenForStop, type StopRequest } from "./stop-signal.ts";
import { cliText } from "./words.ts";

/** What is open while it serves. */
interface Service {
  readonly runtime: Runtime;
  readonly server: Server;
  /** Addresses to be opened in a browser, the first one always there. */
  readonly urls: readonly string[];
}

/** The first reading usually comes within the first look at the card; the banner waits so long, in ms. */
const FIRST_READING_MS = 4000;

/** Serves until it is asked to stop; throws RP_PORT, RP_TOKEN_REQUIRED, RP_DATA_FOLDER, RP_SECOND_INSTANCE. */
export async function serveCommand(context: Context): Promise<void> {
  const stop = listenForStop();
  try {
    printLines(openingLines(context.language), context);
    const service = await start(context);
    const news = tellNews(service.runtime, context);
    try {
      await Promise.race([service.runtime.detected, stop.asked]);
      if (!stop.signal.aborted) await introduce(service, context, stop);
      news.begin();
      await end(service, await stop.asked, context);
    } finally {
      news.end();
    }
  } finally {
    stop.release();
  }
}

async function start({
  configuration,
  dataFolder,
  env,
  language,
  root,
}: Context): Promise<Service> {
  const runtime = await createRuntime({
    configuration,
    dataFolder,
    env,
    language,
    root,
    waitForDetection: false,
  });
  try {
    const { host, port, token, allowed_hosts: allowedHosts } = configuration.server;
    const plugins = [doorOf(runtime)];
    const options = { host, port, token, allowedHosts, language, plugins };
    const server = await createServer(runtime, options);
    const addresses = await server.listen();
    return { runtime, server, urls: addresses.map(({ url }) => url) };
  } catch (error) {
    await runtime.stop("could not listen");
    throw error;
  }
}

/** The door for models stands in the same house: same port, same guards. */
function doorOf({ work, policy }: Runtime): Plugin {
  return (app, redact) => addGateway(app, { work, policy, redact });
}

async function introduce(service: Service, context: Context, stop: StopRequest): Promise<void> {
  const { runtime, urls } = service;
  const { language, output } = context;
  const { class: tier, host: document } = runtime.profile(language);
  const host = document === null ? null : hostOfProfileDocument(document);
  if (host !== null) {
    const situation = { ...plannedSituation(host, context), tier };
    printLines(detectedLines(situation, savedAs(runtime), language), context);
  }
  await firstReading(runtime, stop.signal);
  printLines(plannedLines(runtime.policy(), language), context);
  printLines(startedLines(language), context);
  if (context.isJson) {
    const { dataFolder } = runtime;
    output.json({ event: "started", urls, data_folder: dataFolder, pid: process.pid, class: tier });
    return;
  }
  output.line(`${cliText("LISTENING", language)}: ${urls.join(" · ")}`);
  output.line(`   ${urls[0]}/docs`);
  output.line(`   ${urls[0]}/v1 · ${cliText("DOOR", language)}`);
  output.line(output.tone("faint", `   ${cliText("HELP_TO_STOP", language)}`));
}

/** Until a reading has come, no local model counts as ready; the banner would say so of every host. */
function firstReading(runtime: Runtime, signal: AbortSignal): Promise<void> {
  const isAwaited = (): boolean => runtime.policy().vision.missing.includes("FIRST_READING");
  if (!isAwaited() || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(finish, FIRST_READING_MS);
    signal.addEventListener("abort", finish, { once: true });
    const unsubscribe = runtime.subscribe(() => {
      if (!isAwaited()) finish();
    });
  });
}

/** As short as it is clear: relative inside the working folder, whole elsewhere. */
function savedAs({ notices }: Runtime): string | null {
  const path = notices.findLast(({ code }) => code === "PROFILE_SAVED")?.message;
  if (path === undefined) return null;
  const short = relative(process.cwd(), path);
  return short.startsWith("..") || isAbsolute(short) ? path : short;
}

async function end({ runtime, server }: Service, reason: string, context: Context): Promise<void> {
  const { isJson, language, output } = context;
  if (!isJson) output.line(`\n${cliText("STOPPING", language)}`);
  await server.close();
  await runtime.stop(reason);
  if (isJson) output.json({ event: "stopped", reason });
  else output.line(cliText("STOPPED", language));
}

function printLines(lines: readonly string[], { isJson, output }: Context): void {
  if (isJson) return;
  for (const line of lines) output.line(line);
}
