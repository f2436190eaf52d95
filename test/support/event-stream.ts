/** A client of `text/event-stream` over real HTTP: what it heard, and waiting for what it will hear. */
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";

/** One block of a stream; a comment alone has neither id nor data. */
export interface Heard {
  readonly id: string | null;
  readonly event: string | null;
  readonly data: Record<string, unknown> | null;
  readonly text: string;
}

/** An open stream. */
export interface EventStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Everything so far. */
  readonly heard: readonly Heard[];
  /** The numbers of the entries so far; resets are none. */
  readonly seqs: readonly number[];
  /** Resolves with the first block that fits, also one that came before. Rejects when the stream ends. */
  first(isWanted: (block: Heard) => boolean): Promise<Heard>;
  /** Resolves when this entry has come. */
  reaches(seq: number): Promise<void>;
  /** Resolves when the stream has ended, whoever ended it. */
  readonly ended: Promise<void>;
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** Where and what to ask. */
export interface Asked {
  readonly port: number;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens a stream; resolves with its headers, also of a refusal. */
export function openEvents(asked: Asked): Promise<EventStream> {
  const { port, path = "/api/runtime/events", headers = {} } = asked;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      host: "127.0.0.1",
      port,
      path,
      headers: { accept: "text/event-stream", ...headers },
      agent: false,
    });
    outgoing.once("error", reject);
    outgoing.once("response", (incoming) => {
      const heard: Heard[] = [];
      const listeners = new Set<() => void>();
      const tell = () => [...listeners].forEach((listener) => void listener());
      const ended = new Promise<void>((end) => incoming.once("close", () => end()));
      let isEnded = false;
      let rest = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (part: string) => {
        const blocks = (rest + part).split("\n\n");
        rest = blocks.pop() ?? "";
        heard.push(...blocks.map(blockOf));
        tell();
      });
      incoming.on("error", () => {});
      void ended.then(() => {
        isEnded = true;
        tell();
      });
      const first = (isWanted: (block: Heard) => boolean) =>
        new Promise<Heard>((found, missed) => {
          const look = () => {
            const block = heard.find(isWanted);
            if (block !== undefined) found(block);
            else if (isEnded) missed(new Error("The stream ended before that came."));
            else return;
            listeners.delete(look);
          };
          listeners.add(look);
          look();
        });
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        heard,
        get seqs() {
          return seqsOf(heard);
        },
        first,
        reaches: async (seq) => void (await first((block) => seqsOf([block])[0] === seq)),
        ended,
        pause: () => void incoming.pause(),
        resume: () => void incoming.resume(),
        close: () => {
          outgoing.destroy();
          return ended;
        },
      });
    });
    outgoing.end();
  });
}

function seqsOf(blocks: readonly Heard[]): number[] {
  return blocks.flatMap(({ event, data }) =>
    event === null && data !== null ? [data["seq"] as number] : [],
  );
}

function blockOf(text: string): Heard {
  const fields = new Map(
    text.split("\n").map((line) => {
      const place = line.indexOf(": ");
      return [line.slice(0, place), line.slice(place + 2)];
    }),
  );
  const data = fields.get("data");
  return {
    id: fields.get("id") ?? null,
    event: fields.get("event") ?? null,
    data: data === undefined ? null : (JSON.parse(data) as Record<string, unknown>),
    text,
  };
}
