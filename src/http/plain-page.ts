/** The plain page: HTML without script and style, for text browsers and where the page is not built. */
import type { Language } from "../domain/configuration.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { languageOf } from "./language.ts";
import { LanguageQuery } from "./schema-request.ts";

/** What the pages need to know. */
export type PageContext = Pick<Context, "runtime" | "language" | "redact">;

type Both = Readonly<Record<Language, string>>;

const LINKS: readonly (readonly [path: string, words: Both])[] = [
  ["/api/runtime/status", { zh: "当前状态", en: "Status now" }],
  ["/api/runtime/explain", { zh: "为什么这样运行", en: "Why it runs this way" }],
  ["/api/runtime/snapshot", { zh: "状态快照", en: "Snapshot of the state" }],
  ["/api/runtime/events", { zh: "事件日志", en: "Log of events" }],
  ["/api/runtime/statechart.svg", { zh: "状态图 (图片)", en: "Statechart (picture)" }],
  ["/api/runtime/statechart.json", { zh: "状态图 (JSON)", en: "Statechart (JSON)" }],
  ["/api/runtime/statechart.mmd", { zh: "状态图 (Mermaid)", en: "Statechart (Mermaid)" }],
  ["/docs", { zh: "API 文档", en: "API documentation" }],
];

const OTHER: Readonly<Record<Language, readonly [Language, string]>> = {
  zh: ["en", "English"],
  en: ["zh", "中文"],
};

/** Adds it at an address, in the language of the visitor. */
export function addPlainPage(
  app: App,
  { runtime, language, redact }: PageContext,
  path: "/" | "/plain",
): void {
  app.get(path, { schema: { hide: true, querystring: LanguageQuery } }, (request, reply) => {
    const chosen = languageOf(request, language);
    const explanation = JSON.parse(redact(runtime.explanation(chosen))) as string;
    return reply
      .header("cache-control", "no-cache")
      .header("vary", "Accept-Language")
      .type("text/html; charset=utf-8")
      .serializer((html: string) => html)
      .send(pageOf(explanation, chosen, path));
  });
}

function pageOf(explanation: string, language: Language, path: string): string {
  const links = LINKS.map(
    ([path, words]) => `<li><a href="${path}">${words[language]}</a> <code>${path}</code></li>`,
  );
  const [other, name] = OTHER[language];
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>runtime-profile</title>
</head>
<body>
<h1>runtime-profile</h1>
<pre>${escaped(explanation)}</pre>
<ul>
${links.join("\n")}
</ul>
<p><a href="${path}?lang=${other}" lang="${other}" hreflang="${other}">${name}</a></p>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
