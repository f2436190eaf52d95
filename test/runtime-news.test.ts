/** The terminal is told of every notice once, also when the oldest are dropped meanwhile. */
import { expect, onTestFinished, test, vi } from "vitest";
import { contextOf } from "../src/cli/context.ts";
import { tellNews } from "../src/cli/news.ts";
import { openOutput } from "../src/cli/output.ts";
import { addNotice } from "../src/runtime-notices.ts";
import type { Notice } from "../src/runtime-types.ts";
import { live } from "./support/live.ts";

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
