import { expect, test } from "vitest";
import { acceptedHosts, addressesOf, isLoopback } from "../src/http/loopback.ts";
import { preferencesOf, preferredLanguage, preferredType } from "../src/http/negotiation.ts";
import { redactionOf } from "../src/http/redaction.ts";

test("loopback: only addresses that nobody else can reach", () => {
  const cases = [
    ["127.0.0.1", true],
    ["127.255.255.255", true],
    ["::1", true],
    ["localhost", true],
    ["LocalHost", true],
    ["126.255.255.255", false],
    ["128.0.0.1", false],
    ["0.0.0.0", false],
    ["::", false],
    ["::2", false],
    ["192.168.0.1", false],
    ["localhost.evil.example", false],
    ["127.0.0.1.evil.example", false],
    ["127.1", false],
    ["", false],
  ] as const;
  for (const [host, expected] of cases) expect([host, isLoopback(host)]).toEqual([host, expected]);
});

test("addresses: the default is both families, others are taken as they stand", () => {
  expect(addressesOf("127.0.0.1")).toEqual(["127.0.0.1", "::1"]);
  expect(addressesOf("localhost")).toEqual(["127.0.0.1", "::1"]);
  expect(addressesOf("::1")).toEqual(["::1"]);
  expect(addressesOf("0.0.0.0")).toEqual(["0.0.0.0"]);
});

test("hosts: an address that is bound may be named, the unspecified ones may not", () => {
  const hosts = (host: string) => acceptedHosts({ host, port: 8000, allowed: ["A.lan"] });
  expect(hosts("192.168.1.5").has("192.168.1.5:8000")).toBe(true);
  expect(hosts("fd00::5").has("[fd00::5]:8000")).toBe(true);
  expect(hosts("0.0.0.0").has("0.0.0.0:8000")).toBe(false);
  expect(hosts("::").has("[::]:8000")).toBe(false);
  expect(hosts("0.0.0.0").has("a.lan:8000")).toBe(true);
  expect(hosts("0.0.0.0").has("")).toBe(false);
});

test("preferences: best first, refused ones left out, many cut off", () => {
  expect(preferencesOf("a;q=0.1, B ,c;q=0.9,d;q=0,e;q=x,")).toEqual(["b", "c", "a"]);
  expect(preferencesOf("x,".repeat(5000))).toHaveLength(32);
});

test("language: the first one known, by preference", () => {
  const cases = [
    [undefined, "en"],
    ["", "en"],
    ["zh", "zh"],
    ["zh-Hant-TW", "zh"],
    ["en;q=0.5, zh;q=0.6", "zh"],
    ["de, zh;q=0.1", "zh"],
    ["zh;q=0, de", "en"],
    ["*, zh;q=0.5", "en"],
    ["zhx", "en"],
  ] as const;
  for (const [header, expected] of cases)
    expect([header, preferredLanguage(header, "en")]).toEqual([header, expected]);
});

test("type: the first one offered, by preference; null when none is accepted", () => {
  const offers = ["application/json", "text/vnd.mermaid"] as const;
  const cases = [
    [undefined, "application/json"],
    ["", "application/json"],
    ["*/*", "application/json"],
    ["text/vnd.mermaid", "text/vnd.mermaid"],
    ["text/*", "text/vnd.mermaid"],
    ["application/json;q=0.5, text/vnd.mermaid", "text/vnd.mermaid"],
    ["text/html, application/xml;q=0.9, */*;q=0.8", "application/json"],
    ["image/svg+xml", null],
    ["text/vnd.mermaid;q=0", null],
  ] as const;
  for (const [header, expected] of cases)
    expect([header, preferredType(header, offers)]).toEqual([header, expected]);
});

test("redaction: homes go, keys and our own words stay", () => {
  const redact = redactionOf({ home: "/srv/people/ann", hostName: "davinci" });
  const cases = [
    ["/srv/people/ann/film.mov", "~/film.mov"],
    ["/home/bob/x and /Users/cy/y", "~/x and ~/y"],
    ["C:\\Users\\Dee\\z", "~\\z"],
    ["D:/Users/Eve/z", "~/z"],
    ["http://davinci:11434", "http://davinci:11434"],
    ["run davinci at /srv/people/ann", "run davinci at ~"],
    ["/srv/people/anna/film.mov", "/srv/people/anna/film.mov"],
    ["/srv/people/ann-2", "/srv/people/ann-2"],
    ["'/home/bob' is a folder", "'~' is a folder"],
    ["davinci", "davinci"],
    ["davincis", "davincis"],
    ["/usr/bin/nvidia-smi", "/usr/bin/nvidia-smi"],
  ] as const;
  for (const [text, expected] of cases)
    expect(JSON.parse(redact({ davinci: [text] }))).toEqual({ davinci: [expected] });
});

test("redaction: the host's name goes where the system speaks", () => {
  const redact = redactionOf({ home: "/srv/people/ann", hostName: "davinci" });
  const cases = [
    [
      { probe: "davinci", code: "failed", detail: "no route to DaVinci.lan" },
      { probe: "davinci", code: "failed", detail: "no route to host.lan" },
    ],
    [{ error: "lookup davinci: no such host" }, { error: "lookup host: no such host" }],
    [{ message: "davincis at davinci" }, { message: "davincis at host" }],
    [{ detail: "The editor davinci uses it." }, { detail: "The editor davinci uses it." }],
  ];
  for (const [value, expected] of cases) expect(JSON.parse(redact(value))).toEqual(expected);
});

test("redaction: names that would be found everywhere are left alone", () => {
  const value = { error: "a localhost is at / of the root" };
  for (const hostName of ["localhost", "a", ""])
    expect(redactionOf({ home: "/", hostName })(value)).toBe(JSON.stringify(value));
});
