// The limit: no client at all, but bodies that are ready to be written.
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { request, stream } from "undici";

const boundary = "form-bench";
const head = (name, more = "") =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
const closing = `--${boundary}--\r\n`;

/** A body of text alone is one string; with files, what goes over the wire piece by piece, and its length. */
function encode(fields, files = []) {
  const text = Object.entries(fields)
    .map(([name, value]) => `${head(name)}${value}\r\n`)
    .join("");
  if (files.length === 0) return { body: text + closing };
  const heads = files.map(({ name }) =>
    head("sourceImage", `; filename="${name}"\r\nContent-Type: application/octet-stream`),
  );
  async function* pieces() {
    yield Buffer.from(text);
    for (const [index, { content }] of files.entries()) {
      yield Buffer.from(heads[index]);
      yield* content();
      yield Buffer.from("\r\n");
    }
    yield Buffer.from(closing);
  }
  const length =
    text.length +
    closing.length +
    files.reduce((sum, { size }, index) => sum + heads[index].length + size + 2, 0);
  return { body: pieces(), length };
}

export function createPeer(baseUrl, apiKey) {
  const authorization = `Bearer ${apiKey}`;
  const multipart = { authorization, "content-type": `multipart/form-data; boundary=${boundary}` };

  async function send(path, headers, body) {
    const answer = await request(baseUrl + path, { method: "POST", headers, body });
    const { code, msg, data } = await answer.body.json();
    if (answer.statusCode !== 200 || code !== 1000) throw new Error(msg);
    return data;
  }

  // Text is encoded once: what remains is the cost of sending it.
  let prebuilt;
  return {
    submit(fields, files) {
      if (!files) prebuilt ??= encode(fields);
      const { body, length } = files ? encode(fields, files) : prebuilt;
      return send(
        "/v1/images/seedreamv5",
        length ? { ...multipart, "content-length": length } : multipart,
        body,
      );
    },
    fileFromBytes: (bytes, name) => ({ name, size: bytes.length, content: () => [bytes] }),
    async fileFromPath(path) {
      const { size } = await stat(path);
      return {
        name: basename(path),
        size,
        content: () => createReadStream(path, { highWaterMark: 2 ** 20 }),
      };
    },
    poll: (taskid) =>
      send(
        "/v1/images/infobytaskid",
        { authorization, "content-type": "application/json" },
        JSON.stringify({ taskid }),
      ),
    download: (url, folder, name) =>
      stream(url, { method: "GET" }, () => createWriteStream(join(folder, `${name}.png`))),
  };
}
