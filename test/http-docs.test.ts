import Schema from "typebox/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Service, startService } from "./http-helper.ts";
import { fakeWork } from "./support/fake-work.ts";
import { HELLO } from "./support/gateway.ts";

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly requestBody?: { readonly content: Record<string, { readonly examples?: object }> };
  readonly responses: Record<
    string,
    { readonly description: string; readonly content: Record<string, { schema: JsonSchema }> }
  >;
}
type JsonSchema = { readonly $ref?: string; readonly examples?: readonly unknown[] };
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, JsonSchema> };
}

let service: Service;
let document: Document;
beforeAll(async () => {
  const work = fakeWork();
  service = await startService({}, (runtime) => ({ ...runtime, work }));
  document = (await service.ask("/docs/json")).json as unknown as Document;
});
afterAll(async () => {
  await service.stop();
});

/** What a route needs to answer well. */
const BODIES: Readonly<Record<string, object>> = {
  "/api/runtime/tasks": { task: "vision", provider: "local", ok: true },
  "/v1/chat/completions": HELLO,
};
const PARTS = [
  ["{seq}", "3"],
  ["{id}", "runtime%2Fvision"],
] as const;

/** Every place a document asks a browser to load something from. */
function loadsOf(html: string): string[] {
  return [...html.matchAll(/(?:src|href|action)="([^"]*)"/g)].map((match) => match[1] ?? "");
}

function validatorOf(schema: object) {
  return Schema.Compile({ ...schema, components: document.components } as never);
}

test("OpenAPI: lists exactly the routes of the design", () => {
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method} ${path}`),
  );
  expect(document.openapi).toBe("3.1.0");
  expect(routes.sort()).toEqual(
    [
      "get /api/runtime/status",
      "get /api/runtime/profile",
      "get /api/runtime/policy",
      "get /api/runtime/monitor",
      "get /api/runtime/snapshot",
      "get /api/runtime/explain",
      "get /api/runtime/fit",
      "get /api/runtime/work",
      "post /api/runtime/policy/degrade",
      "post /api/runtime/policy/restore",
      "post /api/runtime/profile/reload",
      "get /api/runtime/profile/reload",
      "post /api/runtime/tasks",
      "post /api/runtime/verify",
      "post /api/runtime/what-if",
      "get /api/runtime/events",
      "get /api/runtime/events/{seq}",
      "get /api/runtime/log",
      "get /api/runtime/history",
      "get /api/runtime/statechart",
      "get /api/runtime/statechart.json",
      "get /api/runtime/statechart.mmd",
      "post /v1/chat/completions",
      "get /v1/models",
      "get /v1/models/{id}",
      "get /metrics",
      "get /api/runtime/statechart.svg",
      "get /api/runtime/statechart.scxml",
      "get /healthz",
    ].sort(),
  );
});

test("OpenAPI: every route says what it does, what it answers, and shows an example", () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const name = `${method} ${path}`;
      expect(operation.summary, name).toMatch(/\w/);
      expect(operation.description, name).toMatch(/\.$/);
      expect(operation.tags, name).toHaveLength(1);
      expect(Object.keys(operation.responses), name).toEqual(["200", "4XX", "5XX"]);
      for (const { description, content } of Object.values(operation.responses)) {
        expect(description, name).toMatch(/\.$/);
        for (const { schema } of Object.values(content)) {
          const component = schema.$ref?.replace("#/components/schemas/", "");
          const shown = component === undefined ? schema : document.components.schemas[component];
          expect(shown?.examples?.length, `${name} ${component}`).toBeGreaterThan(0);
        }
      }
    }
  }
});

test("OpenAPI: every example fits its own schema", () => {
  const names = Object.keys(document.components.schemas);
  expect(names.length).toBeGreaterThan(10);
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    for (const example of schema.examples ?? []) {
      const [, errors] = validatorOf(schema).Errors(example);
      expect([name, errors]).toEqual([name, []]);
    }
  }
});

test("OpenAPI: real answers fit their schemas, problems too", async () => {
  await service.ask("/api/runtime/policy/degrade", { method: "POST" });
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const body = BODIES[path] ?? {};
      const asked = method === "post" ? { method: "POST", body } : {};
      const query = path.endsWith("/fit") ? "?model=moondream" : "";
      const answer = await service.ask(
        `${PARTS.reduce((to, [name, value]) => to.replace(name, value), path)}${query}`,
        asked,
      );
      const schema = operation.responses["200"]?.content["application/json"]?.schema;
      if (schema === undefined) continue;
      expect([path, answer.status]).toEqual([path, 200]);
      const [, errors] = validatorOf(schema).Errors(answer.json);
      expect([path, errors]).toEqual([path, []]);
    }
  }
  const problem = validatorOf({ $ref: "#/components/schemas/Problem" });
  const refused = (await service.ask("/api/runtime/events?limit=0")).json;
  expect(problem.Check(refused)).toBe(true);
  expect(problem.Check({ ...refused, code: "OTHER" })).toBe(false);
});

test("docs: the page and everything it loads come from here", async () => {
  const page = await service.ask("/docs");
  expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  const loads = loadsOf(page.text);
  expect(loads.length).toBeGreaterThan(4);
  for (const path of loads) {
    expect(path).toMatch(/^\/docs\/static\//);
    expect((await service.ask(path)).status, path).toBe(200);
  }
  const start = await service.ask("/docs/static/swagger-initializer.js");
  expect(start.text).toContain("validatorUrl: null");
  expect(start.text.replaceAll("stackoverflow.com", "")).not.toMatch(/https?:\/\/(?!\/)/);
});

test("docs: the page allows nothing foreign and no inline script", async () => {
  const { headers } = await service.ask("/docs");
  const policy = String(headers["content-security-policy"]);
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toMatch(/script-src|https?:|\*/);
  const asset = await service.ask("/docs/static/swagger-ui-bundle.js");
  expect(asset.headers["x-content-type-options"]).toBe("nosniff");
});

test("docs: an unknown file is a problem", async () => {
  const { status, json } = await service.ask("/docs/static/nothing.js");
  expect([status, json["code"]]).toEqual([404, "RP_NOT_FOUND"]);
});

test("plain page: speaks the visitor's language and leads to routes that answer", async () => {
  const chinese = await service.ask("/plain", { headers: { "accept-language": "zh-CN" } });
  expect(chinese.text).toContain('<html lang="zh">');
  expect(chinese.text).toContain("系统运行模式");
  const english = await service.ask("/plain?lang=en", { headers: { "accept-language": "zh-CN" } });
  expect(english.text).toContain('<html lang="en">');
  for (const path of loadsOf(english.text).filter((load) => load !== "data:,")) {
    expect(path).toMatch(/^\//);
    expect((await service.ask(path)).status, path).toBe(200);
  }
});
