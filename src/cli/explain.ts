/** `explain`: why this host runs as it does; from the live runtime, else from a detection. */
import { explanationOf, recommendationText } from "../policy/explanation.ts";
import { recommendationsOf } from "../policy/recommendation.ts";
import { policyOf } from "../policy/resolve.ts";
import type { ExplainView } from "../replay/views.ts";
import type { Context } from "./context.ts";
import { detectOnce, plannedSituation } from "./detected.ts";
import { askRuntime, liveAddressOf, silenceOf } from "./live-runtime.ts";
import { timeText } from "./time.ts";
import { cliText, fromRuntimeText, withoutRuntimeText } from "./words.ts";

/** Runs the command and says where the answer comes from. */
export async function explainCommand(context: Context): Promise<void> {
  const path = `/api/runtime/explain?lang=${context.language}`;
  const view = await askRuntime<ExplainView>(context, path, "explanation");
  if (view === null) await explainDetection(context);
  else explainLive(view, context);
}

function explainLive(
  view: ExplainView,
  { configuration, isJson, language, output }: Context,
): void {
  const address = liveAddressOf(configuration.server);
  if (isJson) {
    output.json({ source: "runtime", address, ...view }, true);
    return;
  }
  output.line(output.tone("faint", fromRuntimeText(address, language)));
  output.line();
  output.line(view.explanation);
  if (view.chain.length === 0) return;
  output.line();
  output.line(cliText("CHAIN", language));
  for (const link of view.chain) {
    output.line(`- ${timeText(link.at)} [${link.seq}] ${link.sentence}`);
  }
}

async function explainDetection(context: Context): Promise<void> {
  const { isJson, language, output } = context;
  const situation = plannedSituation(await detectOnce(context), context);
  const recommendations = recommendationsOf(situation, { isCpuBusy: false });
  const policy = policyOf(situation);
  const explanation = explanationOf({ situation, policy, reason: null, recommendations }, language);
  if (isJson) {
    const sentences = recommendations.map((one) => recommendationText(one, language));
    const { tier } = situation;
    const answer = {
      source: "detection",
      class: tier,
      policy,
      explanation,
      recommendations: sentences,
    };
    output.json(answer, true);
    return;
  }
  output.line(output.tone("faint", withoutRuntimeText(silenceOf(context), "detection", language)));
  output.line();
  output.line(explanation);
}
