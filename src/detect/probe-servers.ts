/**
 * Which model servers are there besides the Ollama of the configuration, and what do they serve?
 *
 * Only loopback and addresses that the user wrote down are asked. A default port where nobody, or nobody
 * known, answers is no news; a configured address is listed whatever became of it, with a note.
 * Ollama's cloud is not asked: that would be sending something to a cloud. Rejected: a search of ports.
 */
import type { Note } from "../domain/note.ts";
import type { FactOrigin } from "../domain/origin.ts";
import { type ModelServer, SERVER_KINDS, type ServerKind } from "../domain/served.ts";
import type { HttpAnswer } from "./ask-http.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { isOllamaCloud, serverAddressOf } from "./ollama-address.ts";
import { noteOf, originOf, type Probed, withinLimit } from "./probe.ts";
import { type AskPath, type ToldServer, tellServer, type UntoldServer } from "./tell-server.ts";

/** Where to look besides the default ports. */
export interface ServersQuestion {
  readonly view: HostView;
  /** As the user wrote them, in the forms of `OLLAMA_HOST`. */
  readonly addresses: readonly string[];
  /** Not asked: our own address, and that of the Ollama which has a probe of its own. */
  readonly leaveOut?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** For all servers and all questions together. */
export const SERVERS_LIMIT_MS = 1000;
/** Configured addresses beyond this are not asked. */
export const MAX_ADDRESSES = 16;

/** Default ports and who lives there; llama.cpp announced its move from 8080 to 9931 (§5.4). */
const DEFAULT_PLACES: readonly (readonly [address: string, kinds: readonly ServerKind[]])[] = [
  ["http://127.0.0.1:1234", ["lmstudio"]],
  ["http://127.0.0.1:8080", ["llamacpp"]],
  ["http://127.0.0.1:9931", ["llamacpp"]],
  ["http://127.0.0.1:8000", ["vllm"]],
];
const SILENCE: HttpAnswer = { problem: "timeout" };

interface Place {
  readonly address: string;
  readonly kinds: readonly ServerKind[];
  readonly isConfigured: boolean;
}

interface Look {
  readonly server: ModelServer | null;
  readonly notes: readonly Note[];
}

/** The servers that were told apart, configured ones first; never throws. */
export async function probeServers(
  question: ServersQuestion,
): Promise<Probed<readonly ModelServer[]>> {
  const at = Date.now();
  const endsAt = performance.now() + SERVERS_LIMIT_MS;
  const { places, notes } = placesOf(question);
  const looks = await Promise.all(places.map((place) => look(question, { place, endsAt })));
  const finding = looks.flatMap(({ server }) => (server === null ? [] : [server]));
  return {
    finding,
    notes: [...notes, ...looks.flatMap((one) => one.notes)],
    origins: looks.flatMap((one) => originsOfLook(one, at)),
  };
}

function placesOf({ addresses, leaveOut = [] }: ServersQuestion): {
  readonly places: readonly Place[];
  readonly notes: readonly Note[];
} {
  const seen = new Set(leaveOut.map((address) => keyOf(serverAddressOf(address) ?? address)));
  const notes: Note[] = [];
  const places: Place[] = [];
  const add = (place: Place): void => {
    if (seen.has(keyOf(place.address))) return;
    seen.add(keyOf(place.address));
    places.push(place);
  };
  // Only its number is told: a text that is no address may be anything, a password too.
  for (const [index, text] of addresses.slice(0, MAX_ADDRESSES).entries()) {
    const address = serverAddressOf(text);
    if (address === null) notes.push(noteOf("servers", "unparsable", `detect.servers[${index}]`));
    else add({ address, kinds: SERVER_KINDS, isConfigured: true });
  }
  if (addresses.length > MAX_ADDRESSES) {
    notes.push(noteOf("servers", "not-checked", `detect.servers[${MAX_ADDRESSES}]`));
  }
  for (const [address, kinds] of DEFAULT_PLACES) add({ address, kinds, isConfigured: false });
  return { places, notes };
}

async function look(
  { view, signal }: ServersQuestion,
  { place, endsAt }: { readonly place: Place; readonly endsAt: number },
): Promise<Look> {
  const { address, kinds, isConfigured } = place;
  if (isOllamaCloud(address)) {
    return unknown(address, { kind: null, running: null, code: "not-checked" });
  }
  const ask: AskPath = async (path) => {
    const work = (inner: AbortSignal) => ioOf(view).ask(`${address}${path}`, inner);
    const limit_ms = Math.max(0, endsAt - performance.now());
    return (await withinLimit({ limit_ms, signal, work })) ?? SILENCE;
  };
  const told = await tellServer(ask, kinds);
  if (told.kind !== null) return known(address, told);
  return isConfigured ? unknown(address, told) : { server: null, notes: [] };
}

function known(address: string, { kind, version, models, untold }: ToldServer): Look {
  return {
    server: { kind, address, running: true, version, models },
    notes: untold.map((path) => noteOf("servers", "invalid-answer", `${address}${path}`)),
  };
}

function unknown(address: string, { running, code }: UntoldServer): Look {
  return {
    server: { kind: null, address, running, version: null, models: [] },
    notes: [noteOf("servers", code, address)],
  };
}

function originsOfLook({ server, notes }: Look, at: number): readonly FactOrigin[] {
  if (server === null) return [];
  const fact = `servers.${server.address}.running`;
  if (server.running !== null) return [originOf(fact, "http", { at })];
  const reason = notes[0]?.code ?? "invalid-answer";
  return [originOf(fact, "http", { at, certainty: "unknown", reason })];
}

/** `localhost` and its numbers are one place. */
function keyOf(address: string): string {
  const url = URL.parse(address);
  if (url === null) return address;
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  return `${isLoopback ? "loopback" : url.hostname}:${url.port}${url.pathname}`;
}
