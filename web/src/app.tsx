/** The frame around every view: where one is, whether the line stands, language and theme. */
import { useEffect, useMemo } from "preact/hooks";
import { hashOf, useAddress, VIEWS, type View } from "./address.ts";
import { createLive } from "./live.ts";
import { LiveProvider, usePresent } from "./present.ts";
import {
  type Both,
  SettingsProvider,
  THEMES,
  type Theme,
  useChosen,
  useSay,
  useSettings,
} from "./settings.ts";
import { LogView } from "./view-log.tsx";
import { NowView } from "./view-now.tsx";
import { ReplayView } from "./view-replay.tsx";
import { WhatIfView } from "./view-what-if.tsx";

const TITLES: Readonly<Record<View, Both>> = {
  now: { zh: "现在", en: "Now" },
  log: { zh: "日志", en: "Log" },
  replay: { zh: "回放", en: "Replay" },
  "what-if": { zh: "假如", en: "What if" },
};

const WORDS = {
  skip: { zh: "跳到内容", en: "Skip to the content" },
  views: { zh: "视图", en: "Views" },
  theme: { zh: "外观", en: "Theme" },
  language: { zh: "语言", en: "Language" },
  connecting: { zh: "正在连接…", en: "connecting…" },
  live: { zh: "实时", en: "live" },
  outdated: {
    zh: "运行时已经更新；重新加载后显示新的页面。",
    en: "The runtime was updated; load again to see its new page.",
  },
  reload: { zh: "重新加载", en: "Load again" },
  lost: {
    zh: "连接中断，正在重新连接；显示的是断开前的内容",
    en: "connection lost, connecting again; what you see is from before",
  },
} as const satisfies Record<string, Both>;

const THEME_WORDS: Readonly<Record<Theme, Both>> = {
  auto: { zh: "跟随系统", en: "like the system" },
  light: { zh: "浅色", en: "light" },
  dark: { zh: "深色", en: "dark" },
};

const CONTENT: Readonly<Record<View, () => preact.JSX.Element>> = {
  now: NowView,
  log: LogView,
  replay: ReplayView,
  "what-if": WhatIfView,
};

/** The whole page. */
export function App() {
  const settings = useChosen();
  const { language } = settings;
  // One connection for the life of the page; a change of language only changes the questions.
  const live = useMemo(() => createLive(language), []);
  useEffect(() => live.setLanguage(language), [live, language]);
  useEffect(() => () => live.close(), [live]);
  return (
    <SettingsProvider value={settings}>
      <LiveProvider value={live}>
        <Frame />
      </LiveProvider>
    </SettingsProvider>
  );
}

function Frame() {
  const say = useSay();
  const { view } = useAddress();
  const Content = CONTENT[view];
  useEffect(() => {
    document.title = `${say(TITLES[view])} · runtime-profile`;
  });
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        {say(WORDS.skip)}
      </button>
      <header class="top">
        <p class="brand">
          <img src="./icon.svg" alt="" width="22" height="22" /> runtime-profile
        </p>
        <nav aria-label={say(WORDS.views)}>
          {VIEWS.map((each) => (
            <a key={each} href={hashOf(each)} aria-current={each === view ? "page" : undefined}>
              {say(TITLES[each])}
            </a>
          ))}
        </nav>
        <Line />
        <Choices />
      </header>
      <main id="content" tabIndex={-1}>
        <Outdated />
        <h1 class="hidden">{say(TITLES[view])}</h1>
        <Content />
      </main>
    </>
  );
}

/** A button and no link: the `#` of the address belongs to the views. */
function skip(): void {
  document.getElementById("content")?.focus();
}

function Line() {
  const say = useSay();
  const { connection, problem } = usePresent();
  return (
    <p class={`line ${connection}`} role="status">
      <span class="dot" aria-hidden="true" />
      {say(WORDS[connection])}
      {connection === "lost" && problem !== null && <span class="quiet"> ({problem})</span>}
    </p>
  );
}

function Outdated() {
  const say = useSay();
  const { isOutdated } = usePresent();
  if (!isOutdated) return null;
  return (
    <p class="notice" role="status">
      {say(WORDS.outdated)}{" "}
      <button type="button" onClick={() => location.reload()}>
        {say(WORDS.reload)}
      </button>
    </p>
  );
}

function Choices() {
  const say = useSay();
  const { language, theme, setLanguage, setTheme } = useSettings();
  return (
    <div class="choices">
      <button
        type="button"
        lang={language === "zh" ? "en" : "zh-CN"}
        onClick={() => setLanguage(language === "zh" ? "en" : "zh")}
      >
        {language === "zh" ? "English" : "中文"}
      </button>
      <label>
        <span class="hidden">{say(WORDS.theme)}</span>
        <select value={theme} onChange={(event) => setTheme(event.currentTarget.value as Theme)}>
          {THEMES.map((each) => (
            <option key={each} value={each}>
              {say(THEME_WORDS[each])}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
