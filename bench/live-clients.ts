/**
 * Many clients of live events in a process of their own: what each was told, and when.
 *
 * They speak bare HTTP over sockets, so that the server is the limit and not they. Each follows the
 * numbers: one that is left out is lost, one that does not go up came twice.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { nanoseconds } from "./served.ts";

/** What the clients can be told to do. */
export type ClientsCommand =
  | { readonly do: "open"; readonly port: number; readonly count: number; readonly path: string }
  /** The next event of each is a moment to be reported. */
  | { readonly do: "arm" }
  /** Reports when each got it. */
  | { readonly do: "collect" }
  /** Tears all connections away and comes back with `Last-Event-ID`. */
  | { readonly do: "storm" }
  /** Waits until all have come to this entry, and counts. */
  | { readonly do: "reach"; readonly seq: number }
  | { readonly do: "close" };

/** What following the numbers found, over all clients. */
export interface Count {
  readonly clients: number;
  readonly events: number;
  readonly lost: number;
  readonly twice: number;
  readonly refused: number;
}

/** Starts the process; it ends with its parent. */
export function startClients(): ChildProcess {
  return fork(import.meta.filename);
}

/** Has the clients do something; answers what that says. */
export async function asked<Answer>(child: ChildProcess, command: ClientsCommand): Promise<Answer> {
  child.send(command);
  const [answer] = (await once(child, "message")) as [Answer];
  return answer;
}

class Client {
  readonly #path: string;
  readonly #port: number;
  #socket: Socket | null = null;
  #rest = "";
  last: number | null = null;
  events = 0;
  lost = 0;
  twice = 0;
  /** How often it was refused or cut off while it came. */
  refused = 0;
  /** When the event came that is waited for; 0 = not yet. */
  heardAt = 0;

  constructor(port: number, path: string) {
    this.#port = port;
    this.#path = path;
  }

  /** Resolves with the first words of the server; comes again when it is refused or cut off on the way. */
  open(): Promise<void> {
    const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true });
    this.#socket = socket;
    this.#rest = "";
    const known = this.last === null ? "" : `Last-Event-ID: ${this.last}\r\n`;
    const host = `Host: 127.0.0.1:${this.#port}\r\n`;
    socket.write(
      `GET ${this.#path} HTTP/1.1\r\n${host}Accept: text/event-stream\r\n${known}\r\n`,
      "latin1",
    );
    socket.setEncoding("latin1");
    return new Promise((resolve) => {
      const comeAgain = (): void => {
        if (socket !== this.#socket) return;
        this.refused += 1;
        this.leave();
        setTimeout(() => this.open().then(resolve), 50);
      };
      socket.once("error", comeAgain).once("close", comeAgain);
      socket.once("data", (part) => {
        if (String(part).startsWith("HTTP/1.1 503")) return comeAgain();
        this.#hear(String(part));
        socket.on("data", (next) => this.#hear(String(next)));
        resolve();
      });
    });
  }

  leave(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.removeAllListeners().on("error", () => {});
    socket?.destroy();
  }

  #hear(part: string): void {
    const text = this.#rest + part;
    let from = 0;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n", from)) {
      this.#count(text.slice(from, end));
      from = end + 2;
    }
    this.#rest = text.slice(from);
  }

  #count(block: string): void {
    const [, id] = /(?:^|\n)id: (\d+)\ndata: /.exec(block) ?? [];
    if (id === undefined) return;
    if (this.heardAt === 0) this.heardAt = nanoseconds();
    const seq = Number(id);
    const { last } = this;
    this.last = seq;
    this.events += 1;
    if (last === null || seq === 1) return;
    if (seq <= last) this.twice += 1;
    else this.lost += seq - last - 1;
  }
}

let clients: Client[] = [];

async function until(isTrue: (client: Client) => boolean): Promise<void> {
  while (!clients.every(isTrue)) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function answerTo(command: ClientsCommand): Promise<unknown> {
  switch (command.do) {
    case "open":
      clients = Array.from({ length: command.count }, () => new Client(command.port, command.path));
      await Promise.all(clients.map((client) => client.open()));
      return true;
    case "arm":
      for (const client of clients) client.heardAt = 0;
      return true;
    case "collect":
      await until(({ heardAt }) => heardAt > 0);
      return clients.map(({ heardAt }) => heardAt);
    case "storm":
      for (const client of clients) client.leave();
      await Promise.all(clients.map((client) => client.open()));
      return true;
    case "reach": {
      await until(({ last }) => (last ?? 0) >= command.seq);
      const sum = (one: (client: Client) => number) =>
        clients.reduce((total, client) => total + one(client), 0);
      return {
        clients: clients.length,
        events: sum(({ events }) => events),
        lost: sum(({ lost }) => lost),
        twice: sum(({ twice }) => twice),
        refused: sum(({ refused }) => refused),
      } satisfies Count;
    }
    case "close":
      for (const client of clients) client.leave();
      clients = [];
      return true;
  }
}

if (process.argv[1] === import.meta.filename) {
  process.once("disconnect", () => process.exit(0));
  process.on("message", async (command: ClientsCommand) => {
    process.send?.(await answerTo(command));
  });
}
