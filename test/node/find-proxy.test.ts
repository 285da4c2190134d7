import { describe, expect, test } from "vitest";
import { findProxy } from "../../src/node/find-proxy.js";

const proxyOf = (url: string, environment: Record<string, string>) => findProxy(new URL(url), environment);

describe("NO_PROXY", () => {
  const all = { https_proxy: "http://proxy:1", http_proxy: "http://proxy:1" };

  test.for([
    ["https://api.example.com", "API.Example.com"],
    ["https://api.example.com", ".example.com"],
    ["https://example.com", ".example.com"],
    ["https://api.example.com", "*.example.com"],
    ["https://api.example.com", "other,\tx  .example.com ,"],
    ["https://api.example.com.", "api.example.com"],
    ["https://api.example.com", "example.com."],
    ["https://api.example.com", "example.com:443"],
    ["https://api.example.com", "other *:443"],
    ["https://api.example.com:8443", ".example.com:8443"],
    ["https://api.example.com:8443", "*.example.com:8443"],
    ["https://m\u00fcnchen.de", "m\u00fcnchen.de"],
    ["http://[::1]:81", "::1"],
    ["http://[::1]:81", "[::1]"],
    ["http://[::1]:81", "[::1]:81"],
    ["http://[::1]:81", "0:0:0:0:0:0:0:1"],
    ["http://[2001:db8::1]", "2001:0DB8:0::1"],
    ["http://[2001:db8::1]", "2001:DB8::/32"],
  ])("exempts %s by %j", ([url = "", list = ""]) => {
    expect(proxyOf(url, { ...all, no_proxy: list })).toBeUndefined();
  });

  test.for([
    ["https://badexample.com", ".example.com"],
    ["https://badexample.com", "example.com"],
    ["https://api.example.com", ".example.com:8443"],
    ["https://api.example.com", "*.example.com:8443"],
    ["http://api.example.com", "example.com:443"],
    ["http://[::1]:81", "[::1]:82"],
    ["http://[2001:db9::1]", "2001:db8::/32"],
    ["https://api.example.com", "https://api.example.com"],
    ["https://api.example.com", "api.example.com/8 api.example.com#1 x@api.example.com"],
    ["https://api.example.com", ", . [ ( [] : *:80 /"],
  ])("does not exempt %s by %j", ([url = "", list = ""]) => {
    expect(proxyOf(url, { ...all, no_proxy: list })).toEqual({ uri: "http://proxy:1" });
  });
});

test("a program that a web server runs for a visitor does not take the visitor's header for a proxy", () => {
  const visited = { REQUEST_METHOD: "GET", HTTP_PROXY: "http://visitor:1" };
  expect(proxyOf("http://service", visited)).toBeUndefined();
  expect(proxyOf("http://service", { ...visited, http_proxy: "http://own:1" })).toEqual({
    uri: "http://own:1",
  });
  expect(proxyOf("https://service", { ...visited, HTTPS_PROXY: "http://own:1" })).toEqual({
    uri: "http://own:1",
  });
});

test.for([
  "http://COMPANY\\bob:secret@proxy:1",
  "http://bob:se/cret@proxy:1",
  "http://2/bob:secret@proxy:1",
  "http://2?bob:secret@proxy:1",
  "http://2#bob:secret@proxy:1",
])("%s leads to no host that its user never meant", (proxy) => {
  expect(() => proxyOf("https://service", { HTTPS_PROXY: proxy })).toThrow(
    /^HTTPS_PROXY must be the URL of an http or https proxy; a `\\`, .* is written as `%5C`,/,
  );
});
