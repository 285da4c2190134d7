import ky from "ky";
import { toFormData } from "./built-in-fetch.mjs";

export function createPeer(baseUrl, apiKey) {
  const client = ky.create({ prefixUrl: baseUrl, headers: { Authorization: `Bearer ${apiKey}` } });

  async function send(path, init) {
    const { code, msg, data } = await client.post(path, init).json();
    if (code !== 1000) throw new Error(msg);
    return data;
  }
  return {
    submit: (fields, files) =>
      send("v1/images/seedreamv5", { body: toFormData(fields, files), timeout: false }),
    poll: (taskid) => send("v1/images/infobytaskid", { json: { taskid } }),
  };
}
