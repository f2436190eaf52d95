/**
 * Everything that probes ask of the real system, in one port: files, programs, servers, Node's figures.
 *
 * Like a switchboard that every call passes: what was asked and answered can be written down (a report
 * of a user) and answered again from that paper elsewhere, by the same probes. Paths are those of the
 * real system, already under the view's root. Rejected: recording inside each probe, which forgets.
 */
import { constants, readdir, readlink } from "node:fs";
import { access } from "node:fs/promises";
import { connect } from "node:net";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { askHttp, type HttpAnswer } from "./ask-http.ts";
import type { Environment } from "./environment.ts";
import { readText } from "./read-file.ts";
import { createProgramRunner, type Program, type ProgramOutcome } from "./run-program.ts";

/** The host as a probe sees it. */
export interface HostView {
  readonly env: Environment;
  /** Prefix of every fixed path (`/proc`, `/sys`, `/opt`, …); "/" is the real system. */
  readonly root: string;
  readonly platform: NodeJS.Platform;
  /** In place of the real system; absent = the real one (`ioOf`). */
  readonly io?: HostIo;
}

/** What lies at a path; `hidden` = a folder on the way may not be looked into. */
export type Presence = "there" | "not-executable" | "absent" | "hidden";

/** Where a symbolic link leads; `hidden` = it may not be read, `absent` = there is none. */
export type LinkTarget =
  | { readonly target: string }
  | { readonly target: null; readonly code: "hidden" | "absent" };

/** What Node itself knows of the host; bytes, `null` = it does not tell. */
export interface NodeFigures {
  readonly total_bytes: number;
  readonly free_bytes: number;
  readonly available_bytes: number;
  readonly processors: readonly string[];
  readonly parallelism: number;
}

/** The port; nothing in it ever rejects. */
export interface HostIo {
  /** At most 1 MiB of text; `null` when it cannot be read. */
  readText(path: string): Promise<string | null>;
  /** Names in a folder; `null` when it cannot be read. */
  listFolder(path: string): Promise<readonly string[] | null>;
  readLink(path: string): Promise<LinkTarget>;
  /** `toRun`: whether it must be executable. */
  lookAt(path: string, toRun: boolean): Promise<Presence>;
  /** Starts a program of its own; each call is a runner of its own. */
  run(program: Program): Promise<ProgramOutcome>;
  /** A GET; with `body`, a POST of that JSON. */
  ask(url: string, signal: AbortSignal, body?: string): Promise<HttpAnswer>;
  /** Whether somebody accepts a connection on loopback within `limit_ms`. */
  isAccepting(port: number, limit_ms: number): Promise<boolean>;
  figures(): NodeFigures;
}

/** The port of a view: its own (a recording, a report), else the real system. */
export function ioOf(view: HostView): HostIo {
  return view.io ?? SYSTEM_IO;
}

const SYSTEM_IO: HostIo = {
  readText,
  listFolder,
  readLink,
  lookAt: async (path, toRun) => {
    try {
      await access(path, toRun ? constants.X_OK : constants.F_OK);
      return "there";
    } catch (error) {
      if (!isForbidden(error)) return "absent";
      const isThere = toRun && (await access(path).then(isTrue, isFalse));
      return isThere ? "not-executable" : "hidden";
    }
  },
  run: (program) => createProgramRunner().run(program),
  ask: askHttp,
  isAccepting,
  figures: () => ({
    total_bytes: totalmem(),
    free_bytes: freemem(),
    available_bytes: process.availableMemory(),
    processors: cpus().map(({ model }) => model),
    parallelism: availableParallelism(),
  }),
};

/** By callbacks, as below: a promise's error takes a stack along, and much that is asked for is not there. */
function listFolder(path: string): Promise<readonly string[] | null> {
  return new Promise((resolve) => {
    readdir(path, (error, names) => resolve(error === null ? names : null));
  });
}

function readLink(path: string): Promise<LinkTarget> {
  return new Promise((resolve) => {
    readlink(path, (error, target) => {
      if (error === null) resolve({ target });
      else resolve(linkProblemOf(error));
    });
  });
}

/** Why a symbolic link could not be read. */
export function linkProblemOf(error: unknown): LinkTarget {
  return { target: null, code: isForbidden(error) ? "hidden" : "absent" };
}

function isAccepting(port: number, limit_ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const finish = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.setTimeout(limit_ms, () => finish(false));
    socket.once("connect", () => finish(true));
    socket.once("error", () => finish(false));
  });
}

function isForbidden(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EACCES" || code === "EPERM";
}

function isTrue(): boolean {
  return true;
}

function isFalse(): boolean {
  return false;
}
