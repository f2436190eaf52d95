/** All routes of the API, group by group. */
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { addChartRoutes } from "./routes-chart.ts";
import { addControlRoutes } from "./routes-control.ts";
import { addFitRoute } from "./routes-fit.ts";
import { addHealthRoute } from "./routes-health.ts";
import { addHistoryRoute } from "./routes-history.ts";
import { addLogRoutes } from "./routes-log.ts";
import { addMetricsRoute } from "./routes-metrics.ts";
import { addStateRoutes } from "./routes-state.ts";
import { addTaskRoute } from "./routes-task.ts";
import { addVerifyRoute } from "./routes-verify.ts";
import { addWhatIfRoute } from "./routes-what-if.ts";
import { addWorkRoute } from "./routes-work.ts";
import { createRuns } from "./run-stream.ts";

/** Adds every group; the order is that of the OpenAPI page. */
export function addRoutes(app: App, context: Context): void {
  const runs = createRuns(context.redact);
  addStateRoutes(app, context);
  addFitRoute(app, context);
  addWorkRoute(app, context);
  addControlRoutes(app, context);
  addTaskRoute(app, context);
  addLogRoutes(app, context);
  addHistoryRoute(app, context);
  addVerifyRoute(app, context, runs);
  addWhatIfRoute(app, context, runs);
  addChartRoutes(app, context);
  addMetricsRoute(app, context);
  addHealthRoute(app, context);
}
