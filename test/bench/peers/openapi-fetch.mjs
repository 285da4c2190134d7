import createClient from "openapi-fetch";
import { toFormData } from "./built-in-fetch.mjs";

export function createPeer(baseUrl, apiKey) {
  const client = createClient({ baseUrl, headers: { Authorization: `Bearer ${apiKey}` } });

  async function send(path, body) {
    const { data, error } = await client.POST(path, { body });
    if (error || data.code !== 1000) throw new Error(error ?? data.msg);
    return data.data;
  }
  return {
    submit: (fields, files) => send("/v1/images/seedreamv5", toFormData(fields, files)),
    poll: (taskid) => send("/v1/images/infobytaskid", { taskid }),
  };
}
