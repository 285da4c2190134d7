import { createClient, createConfig, seeDreamV5 } from "hey-api-client";

const client = createClient(
  createConfig({ baseUrl: "https://api.tensorslab.com", auth: process.env.TENSORSLAB_API_KEY ?? "" }),
);
const { data } = await seeDreamV5({ client, body: { prompt: "a red fox in fresh snow" } });
console.log(data?.data?.taskid);
