import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Fastify from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { App } from "../src/http/app.ts";
import { addPage } from "../src/http/page.ts";
import { type Service, startService } from "./http-helper.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

test("page: is served with its parts, which a browser may keep, and asks nobody else", async () => {
  const page = await service.ask("/");
  expect([page.status, page.headers["cache-control"]]).toEqual([200, "no-cache"]);
  expect(page.headers["content-security-policy"]).toContain("default-src 'self'");
  const loads = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, load]) => load as string,
  );
  expect(loads.length).toBeGreaterThanOrEqual(3);
  for (const load of loads) {
    const { status, headers } = await service.ask(new URL(load, `${service.url}/`).pathname);
    expect([load, status]).toEqual([load, 200]);
    if (load.includes("assets/")) expect(headers["cache-control"]).toContain("immutable");
  }
});

test("page: an unknown file is a problem, and so is a way out of the folder", async () => {
  for (const path of [
    "/assets/none.js",
    "/../package.json",
    "/%2e%2e/package.json",
    "/.built-from",
  ]) {
    const { status, json } = await service.ask(path);
    expect([path, status, json["code"]]).toEqual([path, 404, "RP_NOT_FOUND"]);
  }
});

test("page: where it was not built, the plain page stands in its place", async () => {
  const app = Fastify() as unknown as App;
  const context = contextOf(service);
  await addPage(app, context, temporaryFolder());
  const { payload } = await app.inject("/");
  expect(payload).toContain("/api/runtime/status");
  const folder = temporaryFolder();
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>built</title>");
  const other = Fastify() as unknown as App;
  await addPage(other, context, folder);
  expect((await other.inject("/")).payload).toContain("built");
  // The package is updated while the service runs on.
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>newer</title>");
  writeFileSync(join(folder, "assets", "newer.js"), "export {};");
  expect((await other.inject("/")).payload).toContain("newer");
  expect((await other.inject("/assets/newer.js")).statusCode).toBe(200);
  await Promise.all([app.close(), other.close()]);
});

test("page: its first file is asked about each time, wherever the package lies", async () => {
  // As for somebody whose projects lie in a folder of this name.
  const folder = join(temporaryFolder(), "assets", "dist");
  mkdirSync(join(folder, "assets"), { recursive: true });
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>built</title>");
  writeFileSync(join(folder, "assets", "a.js"), "export {};");
  const app = Fastify() as unknown as App;
  await addPage(app, contextOf(service), folder);
  const kept = async (path: string) => (await app.inject(path)).headers["cache-control"];
  expect(await kept("/")).toBe("no-cache");
  expect(await kept("/assets/a.js")).toContain("immutable");
  await app.close();
});

function contextOf({ runtime }: Service) {
  return { runtime, language: "en" as const, redact: JSON.stringify };
}
