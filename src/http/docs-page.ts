/** `/docs`: handed to an application of its own, which is built at the first visit. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { App } from "./app.ts";

const HIDDEN = { schema: { hide: true } };

/** Adds the page. All guards have run before it is built or asked. */
export function addDocsPage(app: App, build: () => Promise<App>): void {
  let building: Promise<App> | null = null;
  const handOver = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    building ??= build();
    const described = await building;
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    reply.hijack();
    described.routing(request.raw, reply.raw);
  };
  app.get("/docs", HIDDEN, handOver);
  app.get("/docs/*", HIDDEN, handOver);
  app.addHook("onClose", async () => {
    await (await building)?.close();
  });
}
