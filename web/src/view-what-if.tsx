/** What if, fetched when somebody first goes there: it knows every setting, which the other views need not. */
import { useAsked } from "./asked.ts";
import { type Both, useSay } from "./settings.ts";

const LOADING: Both = { zh: "正在加载…", en: "Loading…" };
const FAILED: Both = {
  zh: "这一页的一部分没有加载；服务可能已经更新。请重新加载页面。",
  en: "A part of this page did not load; the service may be another version now. Load the page again.",
};

export function WhatIfView() {
  const say = useSay();
  const { answer, problem } = useAsked(() => import("./what-if-page.tsx"), []);
  if (answer === null) return <p class="empty">{say(problem === null ? LOADING : FAILED)}</p>;
  return <answer.WhatIfPage />;
}
