import { createClient, createConfig, infoByTaskId, seeDreamV5 } from "hey-api-client";

export function createPeer(baseUrl, apiKey) {
  const client = createClient(createConfig({ baseUrl, auth: apiKey, throwOnError: true }));

  async function send(answer) {
    const { code, msg, data } = (await answer).data;
    if (code !== 1000) throw new Error(msg);
    return data;
  }
  return {
    submit: (fields, files) =>
      send(seeDreamV5({ client, body: { ...fields, ...(files && { sourceImage: files }) } })),
    poll: (taskid) => send(infoByTaskId({ client, body: { taskid } })),
  };
}
