/** What the visitor chose: language and theme, kept in this browser only. */
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Language } from "../../src/domain/configuration.ts";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** A text in both languages. */
export type Both = Readonly<Record<Language, string>>;

export interface Settings {
  readonly language: Language;
  readonly theme: Theme;
  /** The theme that is shown: what `auto` comes to here and now. */
  readonly shade: "light" | "dark";
  setLanguage(language: Language): void;
  setTheme(theme: Theme): void;
}

const DARK = "(prefers-color-scheme: dark)";

const Chosen = createContext<Settings | null>(null);
export const SettingsProvider = Chosen.Provider;

export function useSettings(): Settings {
  const settings = useContext(Chosen);
  if (settings === null) throw new Error("useSettings needs a SettingsProvider around it");
  return settings;
}

/** Says a text in the visitor's language. */
export function useSay(): (both: Both) => string {
  const { language } = useSettings();
  return (both) => both[language];
}

/** The settings of the whole page; called once, by the frame. */
export function useChosen(): Settings {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  const [theme, setTheme] = useState<Theme>(firstTheme);
  const [isDark, setDark] = useState(matchMedia(DARK).matches);
  useEffect(() => {
    const media = matchMedia(DARK);
    const follow = () => setDark(media.matches);
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, []);
  const shade = theme === "auto" ? (isDark ? "dark" : "light") : theme;
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    keep("language", language);
  }, [language]);
  useEffect(() => {
    document.documentElement.dataset["theme"] = shade;
    keep("theme", theme);
  }, [shade, theme]);
  return { language, theme, shade, setLanguage, setTheme };
}

/** `?lang=` first, as for every route; then what was chosen before; then what the browser speaks. */
function firstLanguage(): Language {
  const wishes = [new URLSearchParams(location.search).get("lang"), kept("language")];
  const known = wishes.find((wish) => wish === "zh" || wish === "en");
  if (known !== undefined) return known as Language;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

function firstTheme(): Theme {
  const wish = kept("theme");
  return THEMES.find((theme) => theme === wish) ?? "auto";
}

/** A browser may forbid to keep anything; then the choice lasts as long as the page. */
function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`runtime-profile.${name}`, value);
  } catch {
    return;
  }
}

function kept(name: string): string | null {
  try {
    return localStorage.getItem(`runtime-profile.${name}`);
  } catch {
    return null;
  }
}
