import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import axios from "axios";
import FormData from "form-data";

export function createPeer(baseUrl, apiKey) {
  const client = axios.create({
    baseURL: baseUrl,
    headers: { Authorization: `Bearer ${apiKey}` },
    maxBodyLength: Infinity,
    maxRedirects: 0, // Otherwise a copy of every body is kept in case of a redirect.
  });

  async function send(path, body) {
    const { code, msg, data } = (await client.post(path, body)).data;
    if (code !== 1000) throw new Error(msg);
    return data;
  }
  return {
    submit(fields, files = []) {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      for (const { name, size, content } of files) {
        form.append("sourceImage", content(), { filename: name, knownLength: size });
      }
      return send("/v1/images/seedreamv5", form);
    },
    fileFromBytes: (bytes, name) => ({ name, size: bytes.length, content: () => bytes }),
    async fileFromPath(path) {
      const { size } = await stat(path);
      return { name: basename(path), size, content: () => createReadStream(path) };
    },
    poll: (taskid) => send("/v1/images/infobytaskid", { taskid }),
    async download(url, folder, name) {
      const { data } = await client.get(url, { responseType: "stream" });
      await pipeline(data, createWriteStream(join(folder, `${name}.png`)));
    },
  };
}
