/** The statechart over HTTP: pictures of now and of the past, SCXML, and what is refused. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { REGIONS } from "../src/domain/state.ts";
import { pictureSvg } from "../src/http/picture-files.ts";
import { type Answer, type Service, startService } from "./http-helper.ts";
import { readXml } from "./support/xml-text.ts";

const FOLDER = join(import.meta.dirname, "..", "docs/statecharts");

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service.stop();
});

function svg(query = "", headers: Record<string, string> = {}): Promise<Answer> {
  return service.ask(`/api/runtime/statechart.svg${query}`, { headers });
}

function litIn(text: string, mark = "data-active"): readonly (string | undefined)[] {
  return readXml(text)
    .elements.filter(({ attributes }) => attributes.get(mark) === "true")
    .map(({ attributes }) => attributes.get("data-state") ?? attributes.get("data-to"));
}

test("statechart.svg: the overview of the present tier, with the state now and the last step", async () => {
  const { status, headers, text } = await svg();
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("image/svg+xml; charset=utf-8");
  const { state, tier, reason } = service.runtime.snapshot();
  expect(readXml(text).root.attributes.get("data-view")).toBe(`overview-${tier}`);
  expect(litIn(text).toSorted()).toEqual(
    REGIONS.map((each) => `${each}.${state[each]}`).toSorted(),
  );
  expect(reason?.code).toBe("HOST_DETECTED");
  expect(litIn(text, "data-last")).toEqual([`profile.${tier}`]);
});

test("statechart.svg: view, theme and language choose the picture", async () => {
  const rootOf = async (query: string, headers = {}) =>
    readXml((await svg(query, headers)).text).root.attributes;
  for (const [query, view, theme, lang] of [
    ["?view=vram&theme=dark&lang=zh", "region-vram", "dark", "zh"],
    ["?view=region-vram&lang=en", "region-vram", "light", "en"],
    ["?view=LOCAL_GPU_HIGH", "profile-LOCAL_GPU_HIGH", "light", "en"],
    ["?view=overview-CLOUD_HYBRID&theme=light", "overview-CLOUD_HYBRID", "light", "en"],
  ] as const) {
    const root = await rootOf(query);
    expect([root.get("data-view"), root.get("data-theme"), root.get("lang")]).toEqual([
      view,
      theme,
      lang,
    ]);
  }
  expect((await rootOf("", { "accept-language": "zh-CN" })).get("lang")).toBe("zh");
});

test("statechart.svg: at a moment it shows the state of then, in the picture of its tier", async () => {
  const { events } = service.runtime.events({ limit: 1, type: ["transition"] });
  const [first] = events;
  const before = await svg("?at=1&view=overview");
  expect(before.status).toBe(200);
  expect(litIn(before.text)).toContain("profile.detecting");
  expect(litIn(before.text, "data-last")).toEqual([]);
  const after = await svg(`?at=${first?.seq}`);
  const { state } = await service.runtime.snapshotAt(String(first?.seq));
  expect(litIn(after.text)).toContain(`profile.${state.profile}`);
  expect(after.headers["etag"]).toBeUndefined();
  expect(after.headers["vary"]).toBe("Accept-Language");
});

test("statechart.svg: now has a tag, and the same bytes are not sent again", async () => {
  const tag = String((await svg()).headers["etag"]);
  expect(tag).toMatch(/^".+"$/);
  expect((await svg("", { "if-none-match": tag })).status).toBe(304);
  expect((await svg("?at=1", { "if-none-match": tag })).status).toBe(200);
});

test("statechart.svg: what cannot be meant is refused with value and remedy", async () => {
  for (const [query, status, words] of [
    ["?view=moon", 400, "moon"],
    ["?theme=sepia", 400, "sepia"],
    ["?at=yesterday", 400, "an ISO 8601 time"],
    ["?at=999999", 404, "from 1 to"],
    ["?zoom=2", 400, "zoom"],
  ] as const) {
    const answer = await svg(query);
    expect([query, answer.status]).toEqual([query, status]);
    expect(answer.json["detail"]).toContain(words);
  }
});

test("picture files: one that is missing is named, with what to do", async () => {
  const view = "region-moon" as "region-vram";
  const asked = pictureSvg({ view, language: "zh", theme: "dark", moment: null });
  await expect(asked).rejects.toMatchObject({
    code: "RP_NOT_FOUND",
    message: expect.stringMatching(/svg\/region-moon\.zh\.dark\.svg .*install .* again/),
  });
});

test("statechart: SVG and SCXML by Accept, and nothing that a page would have to allow", async () => {
  const ask = (accept: string) => service.ask("/api/runtime/statechart", { headers: { accept } });
  const picture = await ask("image/svg+xml");
  expect(picture.text).toBe((await svg()).text);
  expect(picture.headers["vary"]).toBe("Accept, Accept-Language");
  expect(picture.headers["content-security-policy"]).toContain("default-src 'self'");
  expect(picture.text).not.toMatch(/<style|<script|style=|href=/);
  expect((await ask("image/*")).headers["content-type"]).toContain("image/svg+xml");
  const scxml = await ask("application/scxml+xml");
  expect(scxml.headers["content-type"]).toBe("application/scxml+xml; charset=utf-8");
  expect(scxml.text).toBe((await service.ask("/api/runtime/statechart.scxml")).text);
  expect(scxml.text).toBe(readFileSync(join(FOLDER, "runtime.scxml"), "utf8"));
});

test("statechart.mmd: a view, and a moment of the log, lit", async () => {
  const ask = (query: string) => service.ask(`/api/runtime/statechart.mmd${query}`);
  expect((await ask("")).text).not.toContain("active");
  for (const [query, name] of [
    ["", "overview.mmd"],
    ["?view=vram&lang=zh", "region-vram.zh.mmd"],
  ] as const) {
    expect((await ask(query)).text).toBe(readFileSync(join(FOLDER, name), "utf8"));
  }
  const lit = await ask("?at=-0s&lang=zh");
  const { profile } = service.runtime.snapshot().state;
  expect(lit.text).toContain(`profile_${profile.replaceAll(".", "_")}`);
  expect(lit.text).toMatch(/class [\w,]+ active/);
});
