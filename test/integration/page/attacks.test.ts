import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { runInNewContext } from "node:vm";
import type { Page } from "playwright-core";
import { openPage, openTab, openView, rowsOf, startServer, useBrowser } from "./browser.js";
import { run } from "../support/run.js";

// Texts that a client can bring to the page, each of which would run a program if it were taken for more than text.

useBrowser();

const attacks = [
  "<script>attacked=1</script>",
  "<img src=x onerror=attacked=1>",
  '"><svg onload=attacked=1>',
  "'><iframe srcdoc='<script>parent.attacked=1</script>'>",
  "</title></style></textarea></script><script>attacked=1</script>",
  "javascript:attacked=1//",
  "{{constructor.constructor('attacked=1')()}} ${attacked=1}",
  '{"dangerouslySetInnerHTML":{"__html":"<img src=x onerror=attacked=1>"}}',
  "\u202Egnp.exe\u202C \u0000\u001b[2J\u2028attacked=1",
];

const post = (
  url: string,
  path: string,
  headers: Record<string, string>,
  body: string | Buffer,
  method = "POST",
) =>
  new Promise<void>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      response.resume();
      response.on("end", resolve);
    });
    sent.on("error", reject);
    sent.end(body);
  });

/** A form with an attack in each of its texts: names, file names, types, contents. */
function formWith(attack: string): Buffer {
  const quoted = attack.replaceAll('"', "%22").replace(/[\r\n]/g, " ");
  return Buffer.from(
    [
      `--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n${attack}`,
      `--b\r\nContent-Disposition: form-data; name="${quoted}"\r\n\r\n${attack}`,
      `--b\r\nContent-Disposition: form-data; name="sourceImage"; filename="${quoted}"\r\nContent-Type: ${quoted}\r\n\r\n<svg xmlns="http://www.w3.org/2000/svg" onload="attacked=1"><script>attacked=1</script></svg>`,
      `--b\r\nContent-Disposition: form-data; name="sourceImage"; filename="a.html"\r\nContent-Type: text/html\r\n\r\n${attack}`,
      "--b--\r\n",
    ].join("\r\n"),
  );
}

async function wasAttacked(page: Page): Promise<boolean> {
  return page.evaluate(
    () => "attacked" in globalThis || document.querySelector("#app script, iframe, svg, object") !== null,
  );
}

/** Opens every request and every tab of it. */
async function lookAtEverything(page: Page): Promise<void> {
  const rows = rowsOf(page);
  await rows.first().waitFor();
  for (let index = 0; index < (await rows.count()); index++) {
    await rows.nth(index).click();
    for (const tab of ["Overview", "Request", "Bytes", "Response", "Code"]) {
      await openTab(page, tab);
      expect(await wasAttacked(page)).toBe(false);
    }
    await openTab(page, "Overview");
  }
  for (const view of ["Try it", "Faults", "Ledger"]) {
    await openView(page, view);
    expect(await wasAttacked(page)).toBe(false);
  }
}

describe("a text of a client is shown as text", () => {
  it.each(attacks)("%j", async (attack) => {
    const server = await startServer({ imageSize: 16 });
    const header = attack.replace(/[^\x20-\x7e]/g, "");
    const headers = {
      authorization: "k",
      "x-attack": header,
      "user-agent": header,
      "content-type": "multipart/form-data; boundary=b",
    };
    await post(server.url, "/v1/images/seedreamv5", headers, formWith(attack));
    const { prompt } = { prompt: attack };
    const good = `--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n${prompt}\r\n--b--\r\n`;
    await post(server.url, "/v1/images/seedreamv5", headers, good);
    const json = { authorization: "k", "content-type": "application/json" };
    await post(
      server.url,
      "/v1/images/infobytaskid",
      json,
      JSON.stringify({ taskid: attack, [attack]: attack }),
    );
    await post(
      server.url,
      `/${encodeURI(attack).replace(/'/g, "%27")}?${header.replace(/[ #]/g, "+")}`,
      { authorization: "k" },
      "",
      "GET",
    );
    expect(server.requests).toHaveLength(4);
    const page = await openPage(server);
    await lookAtEverything(page);
    expect(await page.content()).not.toContain("attacked=1</script><");
  });
});

it("a response that is a page is shown as text, also to the form of the page", async () => {
  const server = await startServer({
    imageSize: 16,
    fail: ({ role }) =>
      role === "submit"
        ? {
            kind: "response",
            headers: { "content-type": "text/html" },
            body: attacks.join(""),
            charged: true,
          }
        : undefined,
  });
  const page = await openPage(server);
  await openView(page, "Try it");
  await page.getByLabel("prompt").fill("a fox");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("attacked=1").first().waitFor();
  expect(await wasAttacked(page)).toBe(false);
  await openView(page, "Requests");
  await lookAtEverything(page);
});

it("a file of a client does not become a page of this origin", async () => {
  const server = await startServer({ imageSize: 16 });
  const headers = { authorization: "k", "content-type": "multipart/form-data; boundary=b" };
  await post(server.url, "/v1/images/seedreamv5", headers, formWith("<script>attacked=1</script>"));
  for (const path of ["/api/requests/1/body", "/api/requests/1/parts/2", "/api/requests/1/parts/3"]) {
    const { headers: sent } = await fetch(server.pageUrl + path);
    expect(sent.get("content-type")).toBe("application/octet-stream");
    expect(sent.get("content-disposition")).toBe("attachment");
    expect(sent.get("x-content-type-options")).toBe("nosniff");
    expect(sent.get("content-security-policy")).toContain("sandbox");
  }
});

it("programs to copy keep every text a text", async () => {
  const server = await startServer({ imageSize: 16 });
  const evil = [
    ...attacks,
    "$(touch /tmp/attacked) `touch /tmp/attacked` '; touch /tmp/attacked; '",
    "@/etc/passwd",
    "</etc/passwd",
    "\\' + process.exit(1) + '\n",
    "--output /tmp/attacked",
  ];
  for (const prompt of evil) {
    const form = new FormData();
    form.append("prompt", prompt);
    form.append("sourceImage", new File(["x"], "../../etc/passwd"));
    await fetch(`${server.url}/v1/images/seedreamv5`, {
      method: "POST",
      headers: { authorization: "k" },
      body: form,
    });
  }
  for (const [index, prompt] of evil.entries()) {
    const response = await fetch(`${server.pageUrl}/api/requests/${index + 1}`);
    const { curl, typescript } = (await response.json()) as { curl: string; typescript: string };
    // The shell is asked for the words, with curl in its place.
    const { stdout } = await run("bash", [
      "-c",
      `curl() { printf '%s\\0' "$@"; }\nset -o nounset; TENSORSLAB_API_KEY=k; ${curl}`,
    ]);
    const words = stdout.split("\0");
    const sent = prompt.replaceAll("\0", ""); // no word of a shell can have it
    expect(words).toContain(`prompt=${sent.replace(/\r?\n/g, "\r\n")}`);
    expect(words).toContain("sourceImage=@passwd;type=application/octet-stream");
    expect(curl).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2028]/);
    const input = /generate\("seedreamv5", (\{[^]*\})\);\nconsole/
      .exec(typescript)?.[1]
      ?.replace(/await fileFromPath/g, "String");
    expect(runInNewContext(`(${input})`, { String })).toMatchObject({
      prompt: prompt.replace(/\r?\n/g, "\r\n"),
      sourceImage: ["passwd"],
    });
    expect(typescript).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2028]/);
  }
});
