import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build-page.ts"],
    // Real child processes and real servers on cores that may be busy: the limits are for a hang, not a
    // measure of speed.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 2,
    // Tests run the daemon; nothing of the developer's own settings may reach it.
    env: { NO_COLOR: "1", OLLAMA_HOST: "", USE_LOCAL_VISION: "", LOCAL_VISION_MODEL: "" },
  },
});
