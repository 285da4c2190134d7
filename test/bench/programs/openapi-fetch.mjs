import createClient from "openapi-fetch";

/** @type {import("openapi-fetch").Client<import("tensorslab-images").paths>} */
const client = createClient({
  baseUrl: "https://api.tensorslab.com",
  headers: { Authorization: `Bearer ${process.env.TENSORSLAB_API_KEY}` },
});
const { data, error } = await client.POST("/v1/images/seedreamv5", {
  body: { prompt: "a red fox in fresh snow" },
  bodySerializer(fields) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields ?? {})) form.append(name, String(value));
    return form;
  },
});
if (error || data.code !== 1000) throw new Error(data?.msg);
console.log(data.data?.taskid);
