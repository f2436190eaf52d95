/**
 * Takes out of a report what would tell whose host it is, and keeps what replays it.
 *
 * Like names in a case study: each becomes a placeholder, the same one everywhere, so that two cards stay
 * two cards and a question still meets its answer. Names of host and user, homes, serial numbers, network
 * addresses and names of other hosts go; folders of PATH become numbers. Words of our trade stay even when
 * a host is called so: `ollama` tells nobody. Rejected: digests, since a short number can be tried out.
 */
import { posix } from "node:path";
import { cleanerOf, type PrivateFacts } from "../domain/redaction.ts";
import type { Environment } from "./environment.ts";
import type { HostView } from "./host-io.ts";
import { type HostRecord, plainPath } from "./question.ts";

/** Cleans what goes into one report; equal texts become equal texts. */
export interface ReportCleaner {
  /** Clean these first: they tell which cards there are. */
  readonly records: (records: readonly HostRecord[]) => readonly HostRecord[];
  /** The variables that detection reads, and no other. */
  readonly environment: (env: Environment) => Environment;
  /** Every text in it; keys are ours and stay. */
  readonly json: (value: unknown) => unknown;
}

/** What is private on the host, beside what can be seen in a text. */
export interface ReportSecrets extends PrivateFacts {
  readonly view: Pick<HostView, "env" | "platform" | "root">;
  /** Names or addresses of other hosts. */
  readonly hosts: readonly string[];
  /** Whole texts that must not appear, for example a token. */
  readonly secrets: readonly string[];
}

/** Variables that probes read; a value of any other stays on its host. */
export const REPORTED_VARIABLES = [
  "PATH",
  "HOME",
  "LOCALAPPDATA",
  "APPDATA",
  "SystemRoot",
  "ProgramFiles",
  "ProgramW6432",
  "PROGRAMDATA",
  "WSL_DISTRO_NAME",
  "WSL_INTEROP",
  "JETSON_JETPACK",
  "KUBERNETES_SERVICE_HOST",
  "container",
] as const;
const REPORTED_PREFIXES =
  /^(OLLAMA_|CUDA_VISIBLE_DEVICES$|NVIDIA_VISIBLE_DEVICES$|HIP_VISIBLE_DEVICES$|ROCR_VISIBLE_DEVICES$|GPU_DEVICE_ORDINAL$|ONEAPI_DEVICE_SELECTOR$|HSA_OVERRIDE_GFX_VERSION$)/;
/** Of these only that they are set. */
const ONLY_SET = /^(WSL_|KUBERNETES_)|(KEY|TOKEN|SECRET|PASSWORD)/i;

/** Names that questions and answers are full of; as the name of a host or a user they say nothing. */
const TRADE_NAMES =
  /^(ollama|resolve|davinci|nvidia|amd|intel|apple|linux|windows|macos|darwin|docker|wsl|node|proc|class|devices|system|local|model|models|server|memory|gpu|cpu|test|home)$/i;
/** Folders of PATH that most hosts have. */
const USUAL_FOLDERS =
  /^(\/usr(\/local)?\/s?bin|\/s?bin|\/snap\/bin|\/opt\/homebrew\/s?bin|\/usr\/lib\/wsl\/lib|[A-Z]:\/Windows(\/System32)?)$/i;
const MAX_PATH_ENTRIES = 256;

const UUID = String.raw`[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}`;
/** Cards, parts of cards, and anything else with such a number; a card's may be shortened. */
const NUMBERS = new RegExp(
  String.raw`(?<![\w-])(?:(GPU|MIG)-)?(${UUID})(?![\w-])|(?<![\w-])(GPU|MIG)-([\da-f]{4,8}(?:-[\da-f]{0,12}){0,4})(?![\w-])`,
  "gi",
);
/** An AMD card: `GPU-` and the digits of its `unique_id`, which stand alone in that file. */
const AMD_NUMBERS = /(?<![\w-])GPU-([\da-f]{9,16})(?![\w-])/gi;
const AMD_FILE = /\/unique_id$/;
/** The class of displays in the registry of every Windows. */
const KNOWN_NUMBERS = ["4d36e968-e325-11ce-bfc1-08002be10318"];
const SERIAL =
  /((?:serial|asset)[ _-]?(?:number|no|tag)?["']?(?:\s*[:=]\s*["']?|>))(?!SERIAL-)([a-z0-9][a-z0-9._-]{3,})/gi;
const MAC = /(?<![\da-f:-])[\da-f]{2}([:-])[\da-f]{2}(?:\1[\da-f]{2}){4}(?![\da-f:-])/gi;
const IPV4 = /(?<![\w.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?!\.?\w)/g;
const IPV6 =
  /(?<![\w:.])(?:(?:[\da-f]{1,4}:){7}[\da-f]{1,4}|(?:[\da-f]{1,4}:){1,6}:(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,5})?)(?![\w:])/gi;
const OCTET_MAX = 255;
const HAN = /\p{Script=Han}/u;

/** The cleaner for one report. */
export function reportCleanerOf(secrets: ReportSecrets): ReportCleaner {
  const numberOf = createNumbering();
  const text = textCleanerOf(secrets, numberOf);
  const json = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(json);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, json(inner)]));
  };
  const amdAnswer = (answer: unknown): unknown =>
    typeof answer === "string"
      ? answer.replace(/[\da-f]{5,16}/gi, (digits) => amdNumberOf(digits, numberOf))
      : json(answer);
  const { view } = secrets;
  const separator = view.platform === "win32" ? ";" : ":";
  const folders = (view.env.PATH ?? view.env.Path ?? "")
    .split(separator)
    .slice(0, MAX_PATH_ENTRIES)
    .map((folder) => plainPath(folder, view).replace(/(?<=.)\/+$/, ""))
    .filter((folder) => /^(\/|[A-Za-z]:\/)/.test(folder));
  const folderOf = (folder: string): string =>
    USUAL_FOLDERS.test(folder) ? folder : `/path-${numberOf("folder", folder)}`;
  const known = new Map(folders.map((folder) => [folder, folderOf(folder)]));
  const placeOf = (path: string): string => {
    const folder = known.get(posix.dirname(path));
    return folder === undefined ? text(path) : `${folder}/${posix.basename(path)}`;
  };
  return {
    json,
    records: (records) =>
      records.map(({ kind, question: [first, ...rest], answers }) => {
        const isPlace = kind === "look" || kind === "run";
        const begin = first === undefined ? [] : [isPlace ? placeOf(first) : text(first)];
        const told = AMD_FILE.test(first ?? "") ? answers.map(amdAnswer) : answers.map(json);
        return { kind, question: [...begin, ...rest.map(text)], answers: told };
      }),
    environment: (env) => ({
      ...variablesOf(env, text),
      PATH: [...new Set(known.values())].join(separator),
    }),
  };
}

function variablesOf(env: Environment, text: (text: string) => string): Environment {
  const names = Object.keys(env).filter(
    (name) => REPORTED_VARIABLES.some((one) => one === name) || REPORTED_PREFIXES.test(name),
  );
  const entries = names.map((name) => {
    const value = env[name] ?? "";
    return [name, ONLY_SET.test(name) && value !== "" ? "set" : text(value)] as const;
  });
  return Object.fromEntries(entries);
}

type Numbering = (kind: string, text: string, isPart?: boolean) => number;

/** Counts the texts of each kind in the order of their coming; a part of a known one is that one. */
function createNumbering(): Numbering {
  const kinds = new Map<string, string[]>();
  return (kind, text, isPart = false) => {
    const known = kinds.get(kind) ?? [];
    kinds.set(kind, known);
    const wanted = text.toLowerCase();
    const index = isPart ? known.findIndex((one) => one.startsWith(wanted)) : known.indexOf(wanted);
    return index >= 0 ? index + 1 : known.push(wanted);
  };
}

/** Names first, then numbers, then addresses. */
function textCleanerOf(secrets: ReportSecrets, numberOf: Numbering): (text: string) => string {
  const { home, hostName, userName = "" } = secrets;
  const plain = (name: string): string => (TRADE_NAMES.test(name) ? "" : name);
  const facts = { home, hostName: plain(hostName), userName: plain(userName) };
  const { clean } = cleanerOf(facts);
  // Chinese does not part its words, so a name may touch others.
  const touching = [facts.userName, facts.hostName].filter((name) => HAN.test(name));
  const words = [...secrets.secrets, ...touching].filter((word) => word !== "");
  const others = secrets.hosts
    .filter((host) => host !== "" && !isLoopback(host))
    .toSorted((one, two) => two.length - one.length)
    .map((host) => ({ host, pattern: new RegExp(addressPatternOf(host), "gi") }));
  return (text) => {
    let rest = words.reduce((before, word) => before.replaceAll(word, "redacted"), text);
    for (const { host, pattern } of others) {
      rest = rest.replace(pattern, () => `server-${numberOf("host", host)}.example`);
    }
    return withoutAddresses(withoutNumbers(clean(rest, true), numberOf), numberOf);
  };
}

/** A name counts where an address stands; elsewhere it may be a word. */
function addressPatternOf(host: string): string {
  const name = host.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return String.raw`(?<=\/\/|@)${name}(?![\w.-])|(?<![\w.-])${name}(?=:\d)|^${name}$`;
}

function isLoopback(host: string): boolean {
  return /^(localhost|\[?::1?\]?|127(\.\d+){3}|0\.0\.0\.0|\d+(\.\d+){3}|\[.*\]|.*\.example)$/i.test(
    host,
  );
}

function withoutNumbers(text: string, numberOf: Numbering): string {
  return (
    text
      // First the whole ones, so that a shortened one finds the card that it begins.
      .replace(AMD_NUMBERS, (_whole, digits: string) => `GPU-${amdNumberOf(digits, numberOf)}`)
      .replace(NUMBERS, (whole, kind?: string, full?: string, partKind?: string, part?: string) => {
        const isPart = full === undefined;
        const number = (full ?? part ?? "").toLowerCase();
        if (KNOWN_NUMBERS.includes(number) || isPlaceholder(number)) return whole;
        const label = kind ?? partKind;
        const count = numberOf("number", number, isPart);
        // Its first eight digits tell it apart, as a shortened number must.
        const head = String(count).padStart(8, "0");
        const short = isPart ? head : `${head}-0000-0000-0000-${String(count).padStart(12, "0")}`;
        return label === undefined ? short : `${label}-${short}`;
      })
      .replace(SERIAL, (_whole, key: string, value: string) => {
        return `${key}SERIAL-${numberOf("serial", value)}`;
      })
  );
}

/** Sixteen digits that begin as a shortened number does; no card at all stays none. */
function amdNumberOf(digits: string, numberOf: Numbering): string {
  if (/^(?:0000\d{4}){2}$/.test(digits) || /^0+$/.test(digits)) return digits;
  return String(numberOf("number", digits)).padStart(8, "0").repeat(2);
}

function isPlaceholder(number: string): boolean {
  return /^0000\d{4}(-0000-0000-0000-0{8}\d{4})?$/.test(number);
}

function withoutAddresses(text: string, numberOf: Numbering): string {
  return text
    .replace(MAC, (mac) => {
      if (mac.startsWith("00:00:00:00:00:")) return mac;
      const count = numberOf("mac", mac) % (OCTET_MAX + 1);
      return `00:00:00:00:00:${count.toString(16).padStart(2, "0")}`;
    })
    .replace(IPV4, (address, ...octets: string[]) => {
      const parts = octets.slice(0, 4).map(Number);
      const isNone = parts.some((part) => part > OCTET_MAX);
      const isPublic = parts[0] === 127 || address === "0.0.0.0" || address.startsWith("192.0.2.");
      // 192.0.2.0/24 and 2001:db8::/32 belong to nobody: they are kept for documents.
      return isNone || isPublic ? address : `192.0.2.${numberOf("ipv4", address) % OCTET_MAX}`;
    })
    .replace(IPV6, (address) =>
      /^2001:db8:/i.test(address) ? address : `2001:db8::${numberOf("ipv6", address).toString(16)}`,
    );
}
