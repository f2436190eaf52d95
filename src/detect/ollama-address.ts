/**
 * Where Ollama listens: every form of `OLLAMA_HOST`, read as Ollama itself reads it.
 *
 * A bind address ("0.0.0.0", "::") is not a place to connect to, so it becomes loopback. User names,
 * passwords and queries are dropped: the address goes into the log. What cannot be an address at all
 * gives the default rather than an error. Source: Ollama's envconfig/config.go, detection facts §5.1.
 */
/** Where Ollama listens when nobody says otherwise. */
const OLLAMA_DEFAULT_ADDRESS = "http://127.0.0.1:11434";

const DEFAULT_PORT = "11434";
const MAX_PORT = 65_535;
const MAX_CHARACTERS = 2000;
const HOST_NAME = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\.?$/i;

/** The address to connect to, without a slash at its end; empty or absent gives the default. */
export function ollamaAddressOf(value: string | null | undefined): string {
  return serverAddressOf(value ?? "") ?? OLLAMA_DEFAULT_ADDRESS;
}

/** The same for a server that has no default: `null` when the text cannot be an address. */
export function serverAddressOf(value: string): string | null {
  if (value.length > MAX_CHARACTERS) return null;
  const trimmed = value
    .trim()
    .replace(/^["']+|["']+$/g, "")
    .trim();
  if (trimmed === "") return null;
  const { scheme, rest, port: defaultPort } = schemeOf(trimmed);
  const place = rest.split(/[?#]/, 1)[0] ?? "";
  const slash = place.indexOf("/");
  const hostAndPort = slash < 0 ? place : place.slice(0, slash);
  const path = slash < 0 ? "" : place.slice(slash).replace(/\/+$/, "");
  const { host, port } = hostAndPortOf(hostAndPort.slice(hostAndPort.lastIndexOf("@") + 1));
  const connectable = connectableHostOf(host);
  if (connectable === null) return null;
  const address = `${scheme}://${connectable}:${isPort(port) ? Number(port) : defaultPort}${path}`;
  return URL.canParse(address) ? address : null;
}

/** True for Ollama's own cloud: asking it is sending something to a cloud. */
export function isOllamaCloud(address: string): boolean {
  const host = URL.parse(address)?.hostname ?? "";
  return host === "ollama.com" || host.endsWith(".ollama.com");
}

function schemeOf(text: string): { scheme: string; rest: string; port: string } {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(text) ?? [];
  if (rest === undefined) {
    const isCloud = /^ollama\.com(?:[/:]|$)/i.test(text);
    return isCloud
      ? { scheme: "https", rest: text, port: "443" }
      : { scheme: "http", rest: text, port: DEFAULT_PORT };
  }
  if (scheme?.toLowerCase() === "https") return { scheme: "https", rest, port: "443" };
  const port = scheme?.toLowerCase() === "http" ? "80" : DEFAULT_PORT;
  return { scheme: "http", rest, port };
}

function hostAndPortOf(text: string): { host: string; port: string } {
  const [, bracketed, bracketedPort] = /^\[([^\]]*)\](?::(.*))?$/.exec(text) ?? [];
  if (bracketed !== undefined) return { host: bracketed, port: bracketedPort ?? "" };
  const colons = text.split(":").length - 1;
  if (colons !== 1) return { host: text, port: "" };
  const [host = "", port = ""] = text.split(":");
  return { host, port };
}

/** The host as it stands in a URL; `null` when it cannot be one. */
function connectableHostOf(host: string): string | null {
  if (host === "" || host === "0.0.0.0") return "127.0.0.1";
  if (/^[:0]+$/.test(host) && host.includes("::")) return "[::1]";
  if (host.includes(":")) return URL.canParse(`http://[${host}]`) ? `[${host}]` : null;
  return HOST_NAME.test(host) ? host : null;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT;
}
