import { expect, it } from "vitest";
import type { MockServer } from "../../../src/mock-server/index.js";
import { exchange, post, postForm, start, statusPath, submitPath, textPart } from "../wire.js";

/** Everything that a client sees of a service in a session, on the level of bytes; ids, dates and ports are left out. */
async function seenFrom(server: MockServer): Promise<string[]> {
  const seen: string[] = [];
  let taskid = "";
  async function send(bytes: Buffer, url = server.url): Promise<string> {
    const { head, body, ended } = await exchange(url, bytes);
    taskid = /"taskid":"([^"]+)"/.exec(body)?.[1] ?? taskid;
    const text = `${ended} ${head}\n${body}`;
    seen.push(
      text
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "(id)")
        .replace(/^date: .*$/im, "(date)")
        .replace(/signature=[0-9a-f]+/g, "(signature)")
        .replace(/127\.0\.0\.1:\d+/g, "(address)"),
    );
    return body;
  }
  const readTask = () => send(post(statusPath, "application/json", JSON.stringify({ taskid })));
  await send(postForm([textPart("prompt", "a fox"), textPart("batchsize", "2")]));
  await readTask();
  const body = await readTask();
  const url = new URL(/http:[^"]+/.exec(body)![0]);
  const get = (path: string) => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await send(get(url.pathname + url.search), url.origin);
  await send(get(`${url.pathname}?expires=never&signature=0`), url.origin);
  for (const marker of ["refuse", "server-error", "empty", "cut", "reset", "instant", "unauthorized"]) {
    await send(postForm([textPart("prompt", `a fox [mock:${marker}]`)]));
  }
  await send(postForm([textPart("prompt", ""), textPart("batchsize", "99")]));
  await send(postForm(["no head"]));
  await send(post(submitPath, "text/plain", "x".repeat(100_000)));
  await send(post("/nothing", "text/plain", ""));
  await send(Buffer.from(`OPTIONS ${submitPath} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`));
  await send(get(submitPath));
  return seen;
}

it("a client sees the same service with the page and without it", async () => {
  let time = 0;
  const options = { imageSize: 32, seed: 1, taskDurationMs: 30, now: () => (time += 20) };
  const plain = await seenFrom(await start(options));
  time = 0;
  const server = await start({ ...options, page: true });
  const events = await fetch(`${server.pageUrl}/api/events`); // somebody looks on
  expect(await seenFrom(server)).toEqual(plain);
  await events.body?.cancel();
  expect(plain.length).toBeGreaterThan(15);
});
