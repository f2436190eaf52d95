/**
 * Is Ollama not running, or not there at all? Both refuse the connection, but a person has to do
 * different things about them. Asked only for a server on this host: what another host has installed
 * cannot be seen from here.
 */
import { findProgram } from "./find-program.ts";
import type { HostView } from "./host-io.ts";
import { noteOf, type Probed } from "./probe.ts";
import type { OllamaFinding } from "./probe-ollama.ts";

/** Where its installers put it; the last is Windows'. */
const PLACES = [
  "/usr/local/bin/ollama",
  "/usr/bin/ollama",
  "/snap/bin/ollama",
  "/opt/homebrew/bin/ollama",
  "/Applications/Ollama.app/Contents/Resources/ollama",
];

/** Turns `not-running` into `not-installed` where no program of that name is found on this host. */
export async function withInstallation(
  view: HostView,
  probed: Probed<OllamaFinding>,
): Promise<Probed<OllamaFinding>> {
  const { finding, notes } = probed;
  const isSilent = notes.some(({ code }) => code === "not-running");
  if (!isSilent || !isOnThisHost(finding.address)) return probed;
  const name = view.platform === "win32" ? "ollama.exe" : "ollama";
  const { LOCALAPPDATA } = view.env;
  const places =
    LOCALAPPDATA === undefined
      ? PLACES
      : [...PLACES, `${LOCALAPPDATA}\\Programs\\Ollama\\ollama.exe`];
  const { path } = await findProgram(view, { name, configured: null, places });
  return path === null
    ? { finding, notes: [noteOf("ollama", "not-installed", finding.address)] }
    : probed;
}

function isOnThisHost(address: string): boolean {
  return (
    URL.canParse(address) && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(address).hostname)
  );
}
