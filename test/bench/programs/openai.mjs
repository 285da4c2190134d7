import OpenAI from "openai";

const client = new OpenAI();
const { data } = await client.images.edit({
  prompt: "a red fox in fresh snow",
  image: new File(["…"], "fox.png", { type: "image/png" }),
});
console.log(data?.[0]?.url);
