/** The language for people: the flag, then the configuration, then the locale of this system. */
import { LANGUAGES, type Language } from "../domain/configuration.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** The language of the locale: `LC_ALL`, `LC_MESSAGES`, `LANG`, then what the system says. */
export function languageOfLocale(env: Variables): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = env;
  const locale =
    LC_ALL || LC_MESSAGES || LANG || new Intl.DateTimeFormat().resolvedOptions().locale;
  return locale.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** The language that the arguments ask for, before they are read properly: for help and errors. */
export function languageOfArguments(argv: readonly string[], env: Variables): Language {
  const index = argv.lastIndexOf("--lang");
  const joined = argv.findLast((word) => word.startsWith("--lang="));
  const asked = index >= 0 ? argv[index + 1] : joined?.slice("--lang=".length);
  const variable = env["RUNTIME_PROFILE_LANGUAGE"];
  return (
    LANGUAGES.find((one) => one === asked) ??
    LANGUAGES.find((one) => one === variable) ??
    languageOfLocale(env)
  );
}
