/** Failure windows: one for each provider and model, and the ladder as the worst of them. */
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import {
  MODELS_MAX,
  NO_WINDOWS,
  type Windows,
  withModelOutcome,
} from "../src/domain/failure-windows.ts";
import type { TaskOutcome } from "../src/domain/input.ts";
import { configurationWith, hostWith, Story } from "./support/stories.ts";

const RULE = DEFAULT_CONFIGURATION.thresholds.tasks;
const CLOUD = { ...DEFAULT_CONFIGURATION.cloud, allowed: true, base_url: "https://example.test" };

function failed(story: Story, count: number, outcome: Partial<TaskOutcome>): Story {
  for (let index = 0; index < count; index += 1) {
    const failure = outcome.failure ?? "timeout";
    story.send({
      type: "task.finished",
      task: "vision",
      provider: "local",
      ok: false,
      ...outcome,
      failure,
    });
  }
  return story;
}

function withCloud(): Story {
  return new Story(hostWith(), configurationWith({ cloud: CLOUD }))
    .beats(3)
    .send({ type: "cloud.probed", reachable: true });
}

test("windows: failures of two models are not added up", () => {
  const story = withCloud();
  failed(story, 4, { model: "moondream" });
  failed(story, 4, { model: "qwen2.5vl:7b" });
  expect(story.state.chart.state.tasks).toBe("healthy");
  failed(story, 1, { model: "moondream:latest" });
  expect(story.state.chart.state.tasks).toBe("failing");
  expect(story.lines.at(-1)).toContain("nominal→cloud TASKS_FAILING");
});

test("windows: good outcomes of a small model do not hide a large one that fails", () => {
  const story = withCloud();
  for (let index = 0; index < 20; index += 1)
    story.send({
      type: "task.finished",
      task: "vision",
      provider: "local",
      model: "small",
      ok: true,
    });
  failed(story, 5, { model: "large" });
  expect(story.state.chart.state.tasks).toBe("failing");
});

test("windows: the host is healthy again only when each of its models is", () => {
  const story = withCloud();
  failed(story, 5, { model: "one" });
  story.beats(30);
  failed(story, 5, { model: "two" });
  const probe = (model: string) =>
    story
      .send({ type: "task.finished", task: "vision", provider: "local", model, ok: true })
      .send({ type: "task.finished", task: "vision", provider: "local", model, ok: true });
  story.beats(31);
  probe("one");
  expect(story.state.chart.state.tasks).toBe("failing");
  story.beats(30);
  expect(story.state.chart.state.tasks).toBe("probing");
  probe("two");
  expect(story.state.chart.state.tasks).toBe("healthy");
});

test("windows: a planning model without quota does not take the cloud from vision", () => {
  const story = withCloud();
  const quota = { provider: "cloud", failure: "quota" } as const;
  failed(story, 6, { ...quota, task: "planning", model: "deepseek-chat" });
  expect(story.state.chart.state.cloud).toBe("reachable");
  failed(story, 6, { ...quota, task: "vision", model: "gpt-4o" });
  expect(story.state.chart.state.cloud).toBe("unreachable");
});

test("windows: an outcome of the cloud that names no model speaks for the whole provider", () => {
  const story = withCloud();
  failed(story, 6, { provider: "cloud", task: "planning", failure: "refused" });
  expect(story.state.chart.state.cloud).toBe("unreachable");
});

test("windows: of more models than are kept, a healthy one is forgotten before a failing one", () => {
  let windows: Windows = NO_WINDOWS;
  const told = (model: string, ok: boolean) => {
    const outcome = { task: "vision", provider: "local", model, ok, at: 0 } as const;
    windows = withModelOutcome(windows, outcome, RULE).windows;
  };
  for (let index = 0; index < 5; index += 1) told("bad", false);
  for (let index = 0; index < 3 * MODELS_MAX; index += 1) told(`good ${index}`, true);
  expect(windows).toHaveLength(MODELS_MAX);
  expect(windows.find(({ model }) => model === "bad")?.window.phase).toBe("failing");
  expect(windows.at(-1)?.model).toBe(`good ${3 * MODELS_MAX - 1}`);
});
