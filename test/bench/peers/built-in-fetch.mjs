import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";

export function toFormData(fields, files = []) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, String(value));
  for (const file of files) form.append("sourceImage", file, file.name);
  return form;
}

export function createPeer(baseUrl, apiKey, { flush = false, timeoutMs } = {}) {
  const Authorization = `Bearer ${apiKey}`;

  async function send(path, init) {
    const signal = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
    const response = await fetch(baseUrl + path, { method: "POST", signal, ...init });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const { code, msg, data } = await response.json();
    if (code !== 1000) throw new Error(msg);
    return data;
  }
  const poll = (taskid) =>
    send("/v1/images/infobytaskid", {
      headers: { Authorization, "Content-Type": "application/json" },
      body: JSON.stringify({ taskid }),
    });

  return {
    submit: (fields, files) =>
      send("/v1/images/seedreamv5", { headers: { Authorization }, body: toFormData(fields, files) }),
    poll,
    async wait(taskid, pollIntervalMs) {
      for (;;) {
        const task = await poll(taskid);
        if (task.image_status === 3) return task;
        await setTimeout(pollIntervalMs);
      }
    },
    async download(url, folder, name) {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const file = createWriteStream(join(folder, `${name}.png`), { flush });
      await pipeline(Readable.fromWeb(response.body), file);
    },
  };
}
