/** The terminal is told of every notice once, also when the oldest are dropped meanwhile. */
import { expect, onTestFinished, test, vi } from "vitest";
import { contextOf } from "../src/cli/context.ts";
import { tellNews } from "../src/cli/news.ts";
import { openOutput } from "../src/cli/output.ts";
import { addNotice } from "../src/runtime-notices.ts";
import type { Notice } from "../src/runtime-types.ts";
import { live } from "./support/live.ts";
import { CLOUD_JOB, refusingProvider, stepToCloud } from "./support/refusing-provider.ts";

test("news: each notice is told once, in order, beyond the hundred that are kept", async () => {
  const runtime = await live();
  const told: unknown[] = [];
  const output = { ...openOutput(), json: (value: unknown) => void told.push(value) };
  const context = contextOf({ json: true }, output);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const news = tellNews(runtime, context);
  const notices = { list: runtime.notices as Notice[], counts: {} };
  const notice = (number: number): Notice => ({ code: "LISTENER_FAILED", message: String(number) });
  addNotice(notices, notice(0));
  news.begin();
  for (let look = 0; look < 3; look += 1) {
    for (let number = 1; number <= 60; number += 1) addNotice(notices, notice(look * 60 + number));
    vi.advanceTimersByTime(1000);
  }
  vi.advanceTimersByTime(5000);
  news.end();
  const numbers = told.map((line) => Number((line as { message: string }).message));
  expect(numbers).toEqual(Array.from({ length: 181 }, (_none, number) => number));
});

test("news: a cloud is told before anything is sent, in the reader's language, and only once", async () => {
  const said: string[] = [];
  let saidBefore: number | null = null;
  const configuration = await refusingProvider(() => {
    saidBefore ??= said.length;
  });
  const runtime = await live({ configuration });
  await stepToCloud(runtime);
  const output = { ...openOutput(), line: (text = "") => void said.push(text) };
  const context = { ...contextOf({}, output), language: "zh" } as const;
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const news = tellNews(runtime, context);
  news.begin();
  said.length = 0;
  await runtime.work.complete(CLOUD_JOB);
  await runtime.work.complete(CLOUD_JOB);
  vi.advanceTimersByTime(5000);
  news.end();
  expect(saidBefore).toBe(1);
  const about = said.filter((line) => line.includes("127.0.0.1 上的"));
  expect(about).toHaveLength(1);
  expect(about[0]).toMatch("视觉分析任务交给云端");
  expect(said.filter((line) => line.includes("goes to a cloud"))).toEqual([]);
  expect(runtime.notices.filter(({ code }) => code === "CLOUD_IN_USE")).toHaveLength(1);
});
