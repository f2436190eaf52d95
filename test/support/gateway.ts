/** The door with made-up work behind it, on a real runtime, over real HTTP. */
import type { ServerOptions } from "../../src/http/server.ts";
import { type Service, startService } from "../http-helper.ts";
import { type FakeWork, fakeWork } from "./fake-work.ts";

/** A service whose jobs go to `work`. */
export interface Door extends Service {
  readonly work: FakeWork;
  /** What an application is given as its base URL. */
  readonly baseUrl: string;
}

/** Starts it; whoever starts it stops it. */
export async function startDoor(options: ServerOptions = {}): Promise<Door> {
  const work = fakeWork();
  const service = await startService(options, (runtime) => ({ ...runtime, work }));
  return { ...service, work, baseUrl: `${service.url}/v1` };
}

/** A small request. */
export const HELLO = {
  model: "runtime/vision",
  messages: [{ role: "user", content: "Say hello." }],
};
